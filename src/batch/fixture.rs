//! Record batches for this module's tests.

use super::{Encoding, Format, InMemory, Layout, Rows, write_batches};
use crate::{Proceed, Result};
use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{Field, Schema, i256};
use arrow::error::ArrowError;
use std::error::Error as StdError;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of a test, so that `?` reports what went wrong.
pub(super) type Outcome = Result<(), Box<dyn StdError>>;

/// For a job that is not interrupted.
pub(super) const PROCEED: Proceed<'static> = &|| Ok(());

/// Microseconds of 0001-01-01T00:00:00 and of 9999-12-31T23:59:59.999999.
const FIRST_MOMENT: i64 = -62_135_596_800_000_000;
const LAST_MOMENT: i64 = 253_402_300_799_999_999;

/// A column of every type except lists. Its rows are the smallest value, the largest, null, zero or empty, and one with
/// everything that must be escaped. Dates and times are in the years that Python supports.
pub(super) fn all_types() -> Result<RecordBatch, ArrowError> {
    let mut columns = integers();
    columns.extend(fractions()?);
    columns.extend(texts_and_moments());
    batch(columns)
}

/// A column of lists for every type in [`all_types`], with the same names.
pub(super) fn all_lists() -> Result<RecordBatch, ArrowError> {
    let values = all_types()?;
    let schema = values.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let lists = names
        .zip(values.columns())
        .map(|(name, values)| Ok((name, lists_of(values)?)));
    batch(lists.collect::<Result<_, ArrowError>>()?)
}

/// Five lists made from five values: the first value, the next three, null, empty, the last value.
fn lists_of(values: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let element = Field::new_list_field(values.data_type().clone(), true);
    let lists = ListArray::try_new(
        Arc::new(element),
        OffsetBuffer::from_lengths([1, 3, 0, 0, 1]),
        Arc::clone(values),
        Some(NullBuffer::from(vec![true, true, false, true, true])),
    )?;
    Ok(Arc::new(lists))
}

fn rows<T>(least: T, greatest: T, zero: T, plain: T) -> Vec<Option<T>> {
    vec![Some(least), Some(greatest), None, Some(zero), Some(plain)]
}

fn integers() -> Vec<(&'static str, ArrayRef)> {
    let i64s = rows(i64::MIN, i64::MAX, 0, (1 << 53) + 1);
    vec![
        (
            "bool",
            Arc::new(BooleanArray::from(rows(false, true, false, true))),
        ),
        (
            "i8",
            Arc::new(Int8Array::from(rows(i8::MIN, i8::MAX, 0, -1))),
        ),
        (
            "i16",
            Arc::new(Int16Array::from(rows(i16::MIN, i16::MAX, 0, 256))),
        ),
        (
            "i32",
            Arc::new(Int32Array::from(rows(i32::MIN, i32::MAX, 0, 65_536))),
        ),
        ("i64", Arc::new(Int64Array::from(i64s))),
        ("u8", Arc::new(UInt8Array::from(rows(0, u8::MAX, 0, 1)))),
        ("u16", Arc::new(UInt16Array::from(rows(0, u16::MAX, 0, 1)))),
        ("u32", Arc::new(UInt32Array::from(rows(0, u32::MAX, 0, 1)))),
        (
            "u64",
            Arc::new(UInt64Array::from(rows(0, u64::MAX, 0, 1 << 53))),
        ),
    ]
}

fn fractions() -> Result<Vec<(&'static str, ArrayRef)>, ArrowError> {
    let f64s = rows(f64::NEG_INFINITY, f64::NAN, -0.0, 0.1);
    let d128 = 10_i128.pow(38) - 1;
    let d128s = Decimal128Array::from(rows(-d128, d128, 0, 110));
    let d256 = nines(65);
    let d256s = Decimal256Array::from(rows(d256.wrapping_neg(), d256, i256::ZERO, i256::ONE));
    Ok(vec![
        (
            "f32",
            Arc::new(Float32Array::from(rows(f32::MIN, f32::MAX, 0.0, 0.1))),
        ),
        ("f64", Arc::new(Float64Array::from(f64s))),
        ("d128", Arc::new(d128s.with_precision_and_scale(38, 2)?)),
        ("d256", Arc::new(d256s.with_precision_and_scale(65, 30)?)),
    ])
}

fn texts_and_moments() -> Vec<(&'static str, ArrayRef)> {
    let texts = rows("a", "é😀\u{7f}\u{2028}", "", "a,\"b\"\r\n\t\\\0\u{1f}");
    let bytes: Vec<Option<&[u8]>> = rows(b"\xff\x00\xfe", b"abcd", b"", b",\"");
    let moments = rows(FIRST_MOMENT, LAST_MOMENT, 0, -1);
    let times = rows(0, 86_399_999_999, 0, 3_661_000_000);
    let spans = rows(i64::MIN, i64::MAX, 0, -3_020_399_000_001);
    let utc = TimestampMicrosecondArray::from(moments.clone()).with_timezone("UTC");
    vec![
        ("text", Arc::new(StringArray::from(texts))),
        ("bytes", Arc::new(BinaryArray::from(bytes))),
        (
            "date",
            Arc::new(Date32Array::from(rows(-719_162, 2_932_896, 0, 11_016))),
        ),
        ("ts", Arc::new(TimestampMicrosecondArray::from(moments))),
        ("ts_utc", Arc::new(utc)),
        ("time", Arc::new(Time64MicrosecondArray::from(times))),
        ("dur", Arc::new(DurationMicrosecondArray::from(spans))),
    ]
}

/// The number that consists of `digits` nines.
pub(super) fn nines(digits: u32) -> i256 {
    i256::from(10).wrapping_pow(digits).wrapping_sub(i256::ONE)
}

/// A record batch whose columns are all nullable.
pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// A layout without a distinct column.
pub(super) fn layout(
    format: Format,
    compression: Option<&str>,
    batch_rows: usize,
) -> Result<Layout> {
    Ok(Layout {
        encoding: Encoding::new(format, compression)?,
        batch_rows: NonZeroUsize::new(batch_rows).unwrap_or(NonZeroUsize::MIN),
        prefix: "b".into(),
        distinct_column: None,
        shard: None,
    })
}

/// Writes all rows of `batch` into one file of `folder`.
pub(super) fn write_one(
    batch: &RecordBatch,
    format: Format,
    compression: Option<&str>,
    folder: &Path,
) -> Result<PathBuf> {
    let count = u32::try_from(batch.num_rows()).unwrap_or_default();
    let rows = Rows {
        schema: batch.schema(),
        batches: std::slice::from_ref(batch),
        survivors: &(0..count).collect::<Vec<_>>(),
    };
    let layout = layout(format, compression, usize::MAX)?;
    let files = write_batches(&InMemory::new(&rows), &layout, folder, &|_| (), PROCEED)?;
    Ok(folder.join(files.first().map_or("", |file| &file.name)))
}

/// Pseudo-random numbers below a bound, the same for the same seed (xorshift64*).
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        usize::try_from(high).unwrap_or_default() % bound
    }
}
