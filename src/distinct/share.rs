//! A share of the keys: equal keys are in the same one, so that shares can be looked at by several threads at once.

use super::{failed, handover};
use crate::Result;
use arrow::array::{Array, ArrayRef, AsArray, GenericByteArray};
use arrow::datatypes::{
    ArrowPrimitiveType, BinaryType, ByteArrayType, Int32Type, Int64Type, ToByteSlice, UInt32Type,
    UInt64Type, Utf8Type,
};
use polars::prelude::{BooleanChunked, NewChunkedArray, PlSmallStr, Series};
use xxhash_rust::xxh3::xxh3_64;

/// Name of the series of keys.
const KEY: &str = "key";

/// Of the rows whose key belongs to a share, the index of the first row of each key. Indices go through all columns, one
/// after the other; their values are not NULL.
pub(super) fn first_indices(columns: &[ArrayRef], share: u64, shares: u64) -> Result<Vec<u32>> {
    let mut indices = Vec::new();
    let mut keys: Option<Series> = None;
    let mut first = 0_u32;
    for column in columns {
        let mut series = handover::series(KEY, column)?;
        let rows = u32::try_from(column.len()).map_err(failed)?;
        if shares > 1 {
            let belongs = belonging(column.as_ref(), share, shares);
            let places = (first..first + rows).zip(&belongs);
            indices.extend(places.filter_map(|(index, belongs)| belongs.then_some(index)));
            let mask = BooleanChunked::from_slice(PlSmallStr::EMPTY, &belongs);
            series = series.filter(&mask).map_err(failed)?;
        }
        first += rows;
        match &mut keys {
            None => keys = Some(series),
            Some(all) => _ = all.append(&series).map_err(failed)?,
        }
    }
    let Some(keys) = keys else {
        return Ok(Vec::new());
    };
    let firsts = keys.arg_unique().map_err(failed)?;
    let firsts = firsts.into_no_null_iter();
    if shares == 1 {
        return Ok(firsts.collect());
    }
    Ok(firsts
        .filter_map(|at| indices.get(at as usize).copied())
        .collect())
}

/// Which rows' keys belong to a share. All of a type that has few values belong to the first.
fn belonging(column: &dyn Array, share: u64, shares: u64) -> Vec<bool> {
    let belongs = |hash: u64| hash % shares == share;
    if let Some(column) = column.as_string_opt::<i32>() {
        return bytes::<Utf8Type>(column, belongs);
    }
    if let Some(column) = column.as_binary_opt::<i32>() {
        return bytes::<BinaryType>(column, belongs);
    }
    numbers::<Int64Type>(column, belongs)
        .or_else(|| numbers::<UInt64Type>(column, belongs))
        .or_else(|| numbers::<Int32Type>(column, belongs))
        .or_else(|| numbers::<UInt32Type>(column, belongs))
        .unwrap_or_else(|| vec![share == 0; column.len()])
}

fn bytes<T: ByteArrayType>(
    column: &GenericByteArray<T>,
    belongs: impl Fn(u64) -> bool,
) -> Vec<bool> {
    let value = |row: usize| -> &[u8] { column.value(row).as_ref() };
    (0..column.len())
        .map(|row| belongs(xxh3_64(value(row))))
        .collect()
}

fn numbers<T: ArrowPrimitiveType>(
    column: &dyn Array,
    belongs: impl Fn(u64) -> bool,
) -> Option<Vec<bool>> {
    let values = column.as_primitive_opt::<T>()?.values();
    Some(
        values
            .iter()
            .map(|value| belongs(xxh3_64(value.to_byte_slice())))
            .collect(),
    )
}
