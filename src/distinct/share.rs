//! Shares of the keys: equal keys are in the same one, so that each can be looked at by itself. A share is small enough
//! that its set of keys stays in a core's cache, and any number of threads take share after share.

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

/// The index of the first row of each key, in any order. Indices go through all columns, one after the other; their values
/// are not NULL. Runs on the threads of the pool that it is called in.
///
/// Memory: 8 bytes a row, and for each thread a share of the keys twice.
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
    /// Rows of the column, those of a share together and ascending.
    rows: Vec<u32>,
    /// Where each share ends in them.
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
        // From here on each is where its share's next row goes, and at last where the share ends.
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

/// Each row's share. All rows of a type that has few values belong to the first.
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

/// The hash as a fraction of the shares.
#[expect(
    clippy::cast_possible_truncation,
    reason = "below the number of shares, which a few billion rows make"
)]
fn share_of(key: &[u8], shares: usize) -> u32 {
    ((u128::from(xxh3_64(key)) * shares as u128) >> 64) as u32
}
