//! Shares of the keys. Equal keys are in the same share, so that each share can be processed alone. A share is small enough
//! for its set of keys to stay in a core's cache, and any number of threads take share after share.

use super::{failed, handover};
use crate::Result;
use arrow::array::{Array, ArrayRef, AsArray, GenericByteArray};
use arrow::compute::interleave;
use arrow::datatypes::{
    ArrowPrimitiveType, BinaryType, ByteArrayType, Int32Type, Int64Type, ToByteSlice, UInt32Type,
    UInt64Type, Utf8Type,
};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

/// Name of the series of keys.
const KEY: &str = "key";

/// The index of each key's first row, in any order. Indices count through all columns, one after the other. No value is
/// NULL. Runs on the threads of the pool in which it is called.
///
/// Memory: 8 bytes per row, and for each thread one share of the keys twice.
pub(super) fn first_indices(columns: &[ArrayRef], shares: usize) -> Result<Vec<u32>> {
    let dealt: Vec<Dealt> = columns
        .par_iter()
        .map(|column| Dealt::new(column.as_ref(), shares))
        .collect();
    let mut first = 0;
    let firsts: Vec<usize> = columns
        .iter()
        .map(|column| {
            first += column.len();
            first - column.len()
        })
        .collect();
    let found: Result<Vec<Vec<u32>>> = (0..shares)
        .into_par_iter()
        .map(|share| first_of_share(columns, &dealt, &firsts, share))
        .collect();
    Ok(found?.concat())
}

fn first_of_share(
    columns: &[ArrayRef],
    dealt: &[Dealt],
    firsts: &[usize],
    share: usize,
) -> Result<Vec<u32>> {
    let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    let rows = |(column, dealt): (usize, &Dealt)| -> Vec<(usize, usize)> {
        let rows = dealt.rows(share).iter();
        rows.map(|row| (column, *row as usize)).collect()
    };
    let rows: Vec<(usize, usize)> = dealt.iter().enumerate().flat_map(rows).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let keys = interleave(&columns, &rows).map_err(failed)?;
    let unique = handover::series(KEY, &keys)?.arg_unique().map_err(failed)?;
    let index = |at: u32| {
        let (column, row) = rows[at as usize];
        u32::try_from(firsts[column] + row).map_err(failed)
    };
    unique.into_no_null_iter().map(index).collect()
}

/// A column's rows by their share.
struct Dealt {
    /// The column's rows, grouped by share and ascending within each.
    rows: Vec<u32>,
    /// Where each share ends in `rows`.
    ends: Vec<usize>,
}

impl Dealt {
    fn new(column: &dyn Array, shares: usize) -> Self {
        let share_of = shares_of(column, shares);
        let mut ends = vec![0; shares];
        for share in &share_of {
            ends[*share as usize] += 1;
        }
        let mut end = 0;
        for place in &mut ends {
            end += std::mem::replace(place, end);
        }
        // From here on, each entry is where its share's next row goes; after the loop, where the share ends.
        let mut rows = vec![0; share_of.len()];
        for (row, share) in (0..).zip(&share_of) {
            let place = &mut ends[*share as usize];
            rows[*place] = row;
            *place += 1;
        }
        Self { rows, ends }
    }

    fn rows(&self, share: usize) -> &[u32] {
        let start = share.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start..self.ends[share]]
    }
}

/// Each row's share. For a type with few values, all rows are in the first share.
fn shares_of(column: &dyn Array, shares: usize) -> Vec<u32> {
    if let Some(column) = column.as_string_opt::<i32>() {
        return of_bytes::<Utf8Type>(column, shares);
    }
    if let Some(column) = column.as_binary_opt::<i32>() {
        return of_bytes::<BinaryType>(column, shares);
    }
    of_numbers::<Int64Type>(column, shares)
        .or_else(|| of_numbers::<UInt64Type>(column, shares))
        .or_else(|| of_numbers::<Int32Type>(column, shares))
        .or_else(|| of_numbers::<UInt32Type>(column, shares))
        .unwrap_or_else(|| vec![0; column.len()])
}

fn of_bytes<T: ByteArrayType>(column: &GenericByteArray<T>, shares: usize) -> Vec<u32> {
    let value = |row: usize| -> &[u8] { column.value(row).as_ref() };
    (0..column.len())
        .map(|row| share_of(value(row), shares))
        .collect()
}

fn of_numbers<T: ArrowPrimitiveType>(column: &dyn Array, shares: usize) -> Option<Vec<u32>> {
    let values = column.as_primitive_opt::<T>()?.values().iter();
    Some(
        values
            .map(|value| share_of(value.to_byte_slice(), shares))
            .collect(),
    )
}

/// The share of a key: its hash as a fraction of the number of shares.
#[expect(
    clippy::cast_possible_truncation,
    reason = "below the number of shares, which is small even for billions of rows"
)]
fn share_of(key: &[u8], shares: usize) -> u32 {
    ((u128::from(xxh3_64(key)) * shares as u128) >> 64) as u32
}
