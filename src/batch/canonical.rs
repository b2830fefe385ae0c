//! One record batch per slice, whose buffers depend only on the slice's values.
//!
//! It has offset 0, buffers of the exact size, no validity bitmap unless there are nulls, zeros in null slots, and contiguous
//! strings and list elements.

mod list;

use super::locate::{Pick, Picks};
use crate::{Error, ErrorKind, Result};
use arrow::array::types::{BinaryType, ByteArrayType, Utf8Type};
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, GenericByteArray, PrimitiveArray,
    RecordBatch, downcast_primitive,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, SchemaRef};
use std::sync::Arc;

/// Gathers the picked rows into the canonical record batch of `schema`.
///
/// The batches have the types of `schema`. More than 2 GiB in a text or binary column, or 2³¹ elements in a list column, is
/// [`ErrorKind::Capacity`].
pub(super) fn canonical(schema: &SchemaRef, picks: &Picks) -> Result<RecordBatch> {
    let columns = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let parts = picks.batches.iter().map(|batch| batch.columns().get(index));
            let parts = parts.collect::<Option<Vec<_>>>().ok_or_else(other_type)?;
            gather(field.data_type(), &parts, &picks.rows)
                .map_err(|error| error.in_column(field.name()))
        })
        .collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns)
        .map_err(|cause| bug("the gathered columns don't match their schema").because(cause))
}

/// Gathers the picked rows of a column. `parts` are that column in each of the batches.
fn gather(data_type: &DataType, parts: &[&ArrayRef], rows: &[Pick]) -> Result<ArrayRef> {
    macro_rules! primitive {
        ($primitive:ty) => {
            primitives::<$primitive>(data_type, &Parts::of(parts, rows)?)
        };
    }
    downcast_primitive! {
        data_type => (primitive),
        DataType::Boolean => Ok(booleans(&Parts::of(parts, rows)?)),
        DataType::Utf8 => strings::<Utf8Type>(&Parts::of(parts, rows)?),
        DataType::Binary => strings::<BinaryType>(&Parts::of(parts, rows)?),
        DataType::List(element) => list::lists(element, &Parts::of(parts, rows)?),
        other => Err(bug(&format!("batch files can't contain type {other}"))),
    }
}

fn primitives<T: ArrowPrimitiveType>(
    data_type: &DataType,
    parts: &Parts<'_, PrimitiveArray<T>>,
) -> Result<ArrayRef> {
    let values = parts.cells().map(|cell| match cell {
        Some((part, row)) => part.value(row),
        None => T::Native::default(),
    });
    let values = ScalarBuffer::from(values.collect::<Vec<_>>());
    PrimitiveArray::<T>::try_new(values, parts.nulls())
        .map(|array| Arc::new(array.with_data_type(data_type.clone())) as ArrayRef)
        .map_err(unfit)
}

fn booleans(parts: &Parts<'_, BooleanArray>) -> ArrayRef {
    let values: BooleanBuffer = parts
        .cells()
        .map(|cell| cell.is_some_and(|(part, row)| part.value(row)))
        .collect();
    Arc::new(BooleanArray::new(values, parts.nulls()))
}

fn strings<T: ByteArrayType<Offset = i32>>(
    parts: &Parts<'_, GenericByteArray<T>>,
) -> Result<ArrayRef> {
    let bytes = |cell: Option<(&'_ GenericByteArray<T>, usize)>| match cell {
        Some((part, row)) => usize::try_from(part.value_length(row)).unwrap_or_default(),
        None => 0,
    };
    let offsets = offsets(parts.cells().map(bytes), "bytes")?;
    let mut values = Vec::with_capacity(offsets.as_ref().last().copied().map_or(0, length));
    for (part, row) in parts.cells().flatten() {
        values.extend_from_slice(part.value(row).as_ref());
    }
    GenericByteArray::<T>::try_new(offsets, values.into(), parts.nulls())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(unfit)
}

/// Arrow's offsets for values of these lengths, which are counted in `unit`.
fn offsets(lengths: impl Iterator<Item = usize>, unit: &str) -> Result<OffsetBuffer<i32>> {
    let mut offsets = Vec::with_capacity(lengths.size_hint().0 + 1);
    offsets.push(0);
    let mut total = 0_usize;
    for length in lengths {
        total += length;
        offsets.push(i32::try_from(total).map_err(|_| too_long(unit))?);
    }
    Ok(OffsetBuffer::new(offsets.into()))
}

/// Converts an offset of [`offsets`], which is never negative.
fn length(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or_default()
}

/// One column of the picked batches.
struct Parts<'a, A> {
    arrays: Vec<&'a A>,
    rows: &'a [Pick],
    has_nulls: bool,
}

impl<'a, A: Array + 'static> Parts<'a, A> {
    fn of(parts: &[&'a ArrayRef], rows: &'a [Pick]) -> Result<Self> {
        let arrays = parts
            .iter()
            .copied()
            .map(|array| array.as_any().downcast_ref())
            .collect::<Option<Vec<&A>>>()
            .ok_or_else(other_type)?;
        let has_nulls = arrays.iter().any(|array| array.null_count() > 0);
        Ok(Self {
            arrays,
            rows,
            has_nulls,
        })
    }

    /// The picked cells in order, `None` for null. [`Picks`] only contains rows of its batches, so indices are in range.
    fn cells(&self) -> impl Iterator<Item = Option<(&'a A, usize)>> {
        self.rows.iter().map(|pick| {
            let array = self.arrays[pick.batch];
            let valid = !self.has_nulls || array.is_valid(pick.row);
            valid.then_some((array, pick.row))
        })
    }

    /// The validity of the picked cells; `None` if all are valid.
    fn nulls(&self) -> Option<NullBuffer> {
        if !self.has_nulls {
            return None;
        }
        let valid: BooleanBuffer = self.cells().map(|cell| cell.is_some()).collect();
        Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0)
    }
}

fn other_type() -> Error {
    bug("a column of a candidate batch doesn't have the type of the schema")
}

fn too_long(unit: &str) -> Error {
    Error::new(
        ErrorKind::Capacity,
        format!("more than {} {unit} in one batch", i32::MAX),
    )
    .advise("choose a smaller --batch-rows")
}

fn unfit(cause: arrow::error::ArrowError) -> Error {
    bug("the gathered values don't form an array").because(cause)
}

fn bug(message: &str) -> Error {
    Error::new(ErrorKind::Bug, format!("internal error: {message}"))
}

#[cfg(test)]
mod tests;
