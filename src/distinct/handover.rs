//! Passes key columns from arrow-rs to Polars over the Arrow C data interface, without a copy.

use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, ArrayRef};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use polars::prelude::{PlSmallStr, Series};
use polars_arrow::ffi;

/// A Polars series with one chunk over the same buffers.
pub(super) fn series(name: &str, array: &ArrayRef) -> Result<Series> {
    let exported = arrow::ffi::to_ffi(&array.to_data());
    let (array, schema) = exported.map_err(|cause| failed().because(cause))?;
    let array = import(array, &schema).map_err(|cause| failed().because(cause))?;
    Series::from_arrow(PlSmallStr::from_str(name), array).map_err(|cause| failed().because(cause))
}

fn failed() -> Error {
    Error::new(
        ErrorKind::Bug,
        "internal error: a key column can't be passed to Polars",
    )
}

const _: () = {
    assert!(size_of::<FFI_ArrowArray>() == size_of::<ffi::ArrowArray>());
    assert!(align_of::<FFI_ArrowArray>() == align_of::<ffi::ArrowArray>());
    assert!(size_of::<FFI_ArrowSchema>() == size_of::<ffi::ArrowSchema>());
    assert!(align_of::<FFI_ArrowSchema>() == align_of::<ffi::ArrowSchema>());
};

#[expect(unsafe_code, reason = "two crates' views of one C struct")]
fn import(
    array: FFI_ArrowArray,
    schema: &FFI_ArrowSchema,
) -> polars::error::PolarsResult<Box<dyn polars_arrow::array::Array>> {
    // SAFETY: both types are `repr(C)` versions of the C data interface's struct ArrowArray, of the same size and alignment
    // (asserted above). Ownership moves: `transmute` forgets the source, and Polars calls the release callback.
    let array = unsafe { std::mem::transmute::<FFI_ArrowArray, ffi::ArrowArray>(array) };
    // SAFETY: likewise for struct ArrowSchema, which is only borrowed for the call.
    let schema = unsafe { &*std::ptr::from_ref(schema).cast::<ffi::ArrowSchema>() };
    // SAFETY: arrow-rs has just filled both as the C data interface says, and they belong together.
    unsafe {
        let field = ffi::import_field_from_c(schema)?;
        ffi::import_array_from_c(array, field.dtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BinaryArray, Int64Array, StringArray};
    use std::sync::Arc;

    #[test]
    fn values_and_nulls_arrive_and_outlive_the_exporter() {
        let text: ArrayRef = Arc::new(StringArray::from(vec![
            Some("a"),
            None,
            Some("a much longer text than twelve"),
        ]));
        let handed = series("k", &text.slice(1, 2)).unwrap();
        drop(text);
        let handed: Vec<_> = handed.str().unwrap().iter().collect();
        assert_eq!(handed, [None, Some("a much longer text than twelve")]);

        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(i64::MIN), None]));
        let handed = series("k", &numbers).unwrap();
        assert_eq!(
            handed.i64().unwrap().iter().collect::<Vec<_>>(),
            [Some(i64::MIN), None]
        );

        let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"\0\xff", b""]));
        let handed = series("k", &bytes).unwrap();
        assert_eq!(
            handed.binary().unwrap().iter().collect::<Vec<_>>(),
            [Some(&b"\0\xff"[..]), Some(b"")]
        );
    }
}
