//! One record batch per slice, whose buffers depend on the slice's values alone.
//!
//! Offset 0, exactly sized buffers, no validity bitmap without nulls, null slots zeroed, strings one after the other.

use super::locate::Picks;
use crate::{Error, ErrorKind, Result};
use arrow::array::types::{BinaryType, ByteArrayType, Utf8Type};
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, GenericByteArray, PrimitiveArray,
    RecordBatch, downcast_primitive,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, SchemaRef};
use std::sync::Arc;

/// Gathers the picked rows into the canonical record batch of `schema`.
///
/// The batches have the types of `schema`; more than 2 GiB in a text or binary column is [`ErrorKind::Capacity`].
pub(super) fn canonical(schema: &SchemaRef, picks: &Picks<'_>) -> Result<RecordBatch> {
    let columns = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| {
            gather(field, index, picks)
                .map_err(|error| error.within(format!("column {}", field.name())))
        })
        .collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns)
        .map_err(|cause| bug("the gathered columns don't fit their schema").because(cause))
}

fn gather(field: &Field, index: usize, picks: &Picks<'_>) -> Result<ArrayRef> {
    macro_rules! primitive {
        ($primitive:ty) => {
            primitives::<$primitive>(field.data_type(), index, picks)
        };
    }
    downcast_primitive! {
        field.data_type() => (primitive),
        DataType::Boolean => booleans(index, picks),
        DataType::Utf8 => strings::<Utf8Type>(index, picks),
        DataType::Binary => strings::<BinaryType>(index, picks),
        other => Err(bug(&format!("no batch file holds the type {other}"))),
    }
}

fn primitives<T: ArrowPrimitiveType>(
    data_type: &DataType,
    index: usize,
    picks: &Picks<'_>,
) -> Result<ArrayRef> {
    let parts = Parts::<PrimitiveArray<T>>::of(index, picks)?;
    let values = parts.cells().map(|cell| match cell {
        Some((part, row)) => part.value(row),
        None => T::Native::default(),
    });
    let values = ScalarBuffer::from(values.collect::<Vec<_>>());
    PrimitiveArray::<T>::try_new(values, parts.nulls())
        .map(|array| Arc::new(array.with_data_type(data_type.clone())) as ArrayRef)
        .map_err(unfit)
}

fn booleans(index: usize, picks: &Picks<'_>) -> Result<ArrayRef> {
    let parts = Parts::<BooleanArray>::of(index, picks)?;
    let values: BooleanBuffer = parts
        .cells()
        .map(|cell| cell.is_some_and(|(part, row)| part.value(row)))
        .collect();
    Ok(Arc::new(BooleanArray::new(values, parts.nulls())))
}

fn strings<T: ByteArrayType<Offset = i32>>(index: usize, picks: &Picks<'_>) -> Result<ArrayRef> {
    let parts = Parts::<GenericByteArray<T>>::of(index, picks)?;
    let bytes = |cell: Option<(&'_ GenericByteArray<T>, usize)>| match cell {
        Some((part, row)) => usize::try_from(part.value_length(row)).unwrap_or_default(),
        None => 0,
    };
    let mut offsets = Vec::with_capacity(picks.rows.len() + 1);
    offsets.push(0);
    let mut total = 0_usize;
    for cell in parts.cells() {
        total += bytes(cell);
        offsets.push(i32::try_from(total).map_err(|_| too_long())?);
    }
    let mut values = Vec::with_capacity(total);
    for (part, row) in parts.cells().flatten() {
        values.extend_from_slice(part.value(row).as_ref());
    }
    let offsets = OffsetBuffer::new(offsets.into());
    GenericByteArray::<T>::try_new(offsets, values.into(), parts.nulls())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(unfit)
}

/// One column of the picked batches.
struct Parts<'a, A> {
    arrays: Vec<&'a A>,
    picks: &'a Picks<'a>,
    has_nulls: bool,
}

impl<'a, A: Array + 'static> Parts<'a, A> {
    fn of(index: usize, picks: &'a Picks<'_>) -> Result<Self> {
        let arrays = picks
            .batches
            .iter()
            .map(|batch| batch.columns().get(index)?.as_any().downcast_ref())
            .collect::<Option<Vec<&A>>>()
            .ok_or_else(|| bug("a candidate batch has another type than the schema"))?;
        let has_nulls = arrays.iter().any(|array| array.null_count() > 0);
        Ok(Self {
            arrays,
            picks,
            has_nulls,
        })
    }

    /// The picked cells in order, `None` for null. [`Picks`] holds only rows of its batches, so indexing is in range.
    fn cells(&self) -> impl Iterator<Item = Option<(&'a A, usize)>> {
        self.picks.rows.iter().map(|pick| {
            let array = self.arrays[pick.batch];
            let valid = !self.has_nulls || array.is_valid(pick.row);
            valid.then_some((array, pick.row))
        })
    }

    /// The validity of the picked cells; none where all are valid.
    fn nulls(&self) -> Option<NullBuffer> {
        if !self.has_nulls {
            return None;
        }
        let valid: BooleanBuffer = self.cells().map(|cell| cell.is_some()).collect();
        Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0)
    }
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::Capacity,
        "more than 2147483647 bytes in one batch",
    )
    .advise("choose a smaller --batch-rows")
}

fn unfit(cause: arrow::error::ArrowError) -> Error {
    bug("the gathered values make no array").because(cause)
}

fn bug(message: &str) -> Error {
    Error::new(ErrorKind::Bug, message)
}

#[cfg(test)]
mod tests;
