//! `unique` over the candidates' keys: the first row of each, in order.

use super::handover;
use crate::{Error, ErrorKind, Result};
use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int32Array, RecordBatch, UInt32Array,
    as_primitive_array,
};
use arrow::compute::filter;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Int8Type, Int16Type, UInt8Type, UInt16Type};
use polars::prelude::{Column, DataFrame, IntoColumn, UniqueKeepStrategy};
use std::error::Error as StdError;
use std::sync::Arc;

/// Name of the column that holds each candidate's index. Key columns are named by number.
const PLACE: &str = "place";

/// The candidates that stay, and how many went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Survivors {
    /// Ascending indices into the rows of all batches, one after the other.
    pub places: Vec<u32>,
    /// Rows that `unique` dropped.
    pub dropped: u64,
}

/// Of the rows of `batches` those to keep: of each key the first row, and every row whose key has a NULL part (such rows
/// are only here where the job keeps them).
///
/// # Errors
/// [`ErrorKind::Capacity`] if there are more rows than a 32-bit index addresses.
pub(crate) fn survivors(batches: &[RecordBatch], key: &[usize]) -> Result<Survivors> {
    let names: Vec<String> = (0..key.len()).map(|index| index.to_string()).collect();
    check_addressable(batches.iter().map(RecordBatch::num_rows).sum())?;
    let mut places = Vec::new();
    let mut dropped = 0;
    let mut frame: Option<DataFrame> = None;
    let mut first = 0;
    for batch in batches {
        let range = first..first + u32::try_from(batch.num_rows()).map_err(failed)?;
        first = range.end;
        let part = keys_and_places(batch, key, &names, range, &mut places)?;
        match &mut frame {
            None => frame = Some(part),
            Some(frame) => _ = frame.vstack_mut(&part).map_err(failed)?,
        }
    }
    if let Some(frame) = frame {
        let firsts = first_places(&frame, &names)?;
        dropped = (frame.height() - firsts.len()) as u64;
        places.extend(firsts);
        places.sort_unstable();
    }
    Ok(Survivors { places, dropped })
}

/// Polars indexes rows with 32 bits, and keeps the largest index for itself.
fn check_addressable(rows: usize) -> Result<()> {
    match u32::try_from(rows) {
        Ok(rows) if rows < u32::MAX => Ok(()),
        _ => Err(Error::new(
            ErrorKind::Capacity,
            format!("{rows} candidates are more than a 32-bit row index can address"),
        )
        .advise("split the job by --where, or leave out --exact")),
    }
}

fn failed(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Bug, "the distinct keys can't be found").because(cause)
}

/// The keys of a batch's rows, and where they stand. Rows whose key has a NULL part go to `nulls` instead.
fn keys_and_places(
    batch: &RecordBatch,
    key: &[usize],
    names: &[String],
    places: std::ops::Range<u32>,
    nulls: &mut Vec<u32>,
) -> Result<DataFrame> {
    let mut columns = key
        .iter()
        .map(|column| comparable(batch.column(*column)))
        .collect::<Result<Vec<_>>>()?;
    let mut places = UInt32Array::from_iter_values(places);
    if columns.iter().any(|column| column.null_count() > 0) {
        let is_whole = |row: usize| columns.iter().all(|column| column.is_valid(row));
        let whole: BooleanArray = (0..places.len()).map(|row| Some(is_whole(row))).collect();
        nulls.extend(
            places
                .values()
                .iter()
                .zip(whole.values())
                .filter(|(_, whole)| !whole)
                .map(|(place, _)| place),
        );
        let kept = columns.iter().map(|column| filter(column, &whole));
        columns = kept.collect::<Result<_, _>>().map_err(failed)?;
        places = filter(&places, &whole).map_err(failed)?.to_data().into();
    }
    columns.push(Arc::new(places));
    let columns = names
        .iter()
        .map(String::as_str)
        .chain([PLACE])
        .zip(&columns);
    let series = columns.map(|(name, array)| Ok(handover::series(name, array)?.into_column()));
    DataFrame::new_infer_height(series.collect::<Result<Vec<Column>>>()?).map_err(failed)
}

/// A key column as a type that every build of Polars has. What counts is which values are equal, so that small numbers
/// may be widened, and dates and decimals may stand as their bits.
fn comparable(array: &ArrayRef) -> Result<ArrayRef> {
    let reinterpreted = |data_type: DataType| {
        let data = array.to_data().into_builder().data_type(data_type).build();
        data.map(arrow::array::make_array).map_err(failed)
    };
    match array.data_type() {
        DataType::Int8 => Ok(widened::<Int8Type>(array)),
        DataType::UInt8 => Ok(widened::<UInt8Type>(array)),
        DataType::Int16 => Ok(widened::<Int16Type>(array)),
        DataType::UInt16 => Ok(widened::<UInt16Type>(array)),
        DataType::Date32 => reinterpreted(DataType::Int32),
        DataType::Timestamp(..) | DataType::Time64(_) | DataType::Duration(_) => {
            reinterpreted(DataType::Int64)
        }
        DataType::Decimal128(..) => Ok(bits::<16>(array)),
        DataType::Decimal256(..) => Ok(bits::<32>(array)),
        _ => Ok(Arc::clone(array)),
    }
}

fn widened<T: ArrowPrimitiveType<Native: Into<i32>>>(array: &ArrayRef) -> ArrayRef {
    let values = as_primitive_array::<T>(array.as_ref()).iter();
    Arc::new(
        values
            .map(|value| value.map(Into::into))
            .collect::<Int32Array>(),
    )
}

fn bits<const WIDTH: usize>(array: &ArrayRef) -> ArrayRef {
    let data = array.to_data();
    let values = data
        .buffers()
        .first()
        .map_or(&[][..], |buffer| buffer.as_slice());
    let values = values
        .chunks_exact(WIDTH)
        .skip(data.offset())
        .take(array.len());
    let value = |(row, bytes)| array.is_valid(row).then_some(bytes);
    Arc::new(values.enumerate().map(value).collect::<BinaryArray>())
}

/// The place of the first row of each key, ascending.
fn first_places(frame: &DataFrame, names: &[String]) -> Result<Vec<u32>> {
    let unique = frame
        .unique_stable(Some(names), UniqueKeepStrategy::First, None)
        .map_err(failed)?;
    let places = unique.column(PLACE).and_then(Column::u32).map_err(failed)?;
    Ok(places.into_no_null_iter().collect())
}

#[cfg(test)]
mod tests;
