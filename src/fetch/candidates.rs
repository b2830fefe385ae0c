//! A unit's candidates, by their index.

use crate::batch::{Ends, Pick};
use crate::plan::Fetch;
use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::interleave;
use arrow::datatypes::UInt64Type;
use std::sync::Arc;

/// The candidates of a unit: its rows, or their keys, locators and row numbers.
pub(crate) struct Candidates {
    batches: Vec<RecordBatch>,
    ends: Ends,
    /// How the rows are fetched, if these are only their keys.
    fetch: Option<Arc<Fetch>>,
    /// The place of the first candidate among those of all units.
    first: usize,
    /// How many columns the key has.
    key: usize,
    /// The number of the session that read them.
    pub session: usize,
    /// Rows of the unit that were read.
    pub rows_read: u64,
}

impl Candidates {
    /// `first` is the place of the first one among those of all units.
    pub fn new(
        batches: Vec<RecordBatch>,
        first: usize,
        fetch: Option<Arc<Fetch>>,
        key: usize,
        (session, rows_read): (usize, u64),
    ) -> Self {
        Self {
            ends: Ends::of(&batches),
            batches,
            fetch,
            first,
            key,
            session,
            rows_read,
        }
    }

    /// The place after the last candidate.
    pub fn end(&self) -> usize {
        self.first + self.ends.rows()
    }

    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    pub fn fetch(&self) -> Option<&Arc<Fetch>> {
        self.fetch.as_ref()
    }

    /// The candidate at a place among those of all units.
    pub fn pick(&self, place: u32) -> Result<Pick> {
        let index = (place as usize).checked_sub(self.first);
        let pick = index.and_then(|index| self.ends.pick(index));
        pick.ok_or_else(|| bug("a survivor isn't among its unit's candidates"))
    }

    /// Adds a candidate's locator to those of others.
    pub fn add_locator<'a>(&'a self, pick: Pick, to: &mut Vec<&'a [u8]>) -> Result<()> {
        for part in self.locator_columns(pick.batch) {
            let part = part.as_binary_opt::<i32>();
            let part = part.ok_or_else(|| bug("a locator isn't kept as bytes"))?;
            to.push(part.value(pick.row));
        }
        Ok(())
    }

    /// How many bytes a candidate's locator has.
    pub fn locator_bytes(&self, pick: Pick) -> usize {
        let parts = self.locator_columns(pick.batch).iter();
        let parts = parts.filter_map(|part| part.as_binary_opt::<i32>());
        parts.map(|part| part.value(pick.row).len()).sum()
    }

    fn locator_columns(&self, batch: usize) -> &[ArrayRef] {
        let columns = self.batches[batch].columns();
        let numbers = columns.len().saturating_sub(1);
        columns.get(self.key..numbers).unwrap_or_default()
    }

    /// The number of a candidate's row in its unit, counted from 1.
    pub fn row_number(&self, pick: Pick) -> Result<u64> {
        let numbers = self.batches[pick.batch].columns().last();
        let numbers = numbers.and_then(|numbers| numbers.as_primitive_opt::<UInt64Type>());
        let numbers = numbers.ok_or_else(|| bug("the row numbers are missing"))?;
        Ok(numbers.value(pick.row))
    }

    /// The candidates' values of a column of the key.
    pub fn key(&self, column: usize, picks: &[Pick]) -> Result<ArrayRef> {
        gathered(&self.batches, column, picks)
    }
}

/// The picked values of a column.
pub(super) fn gathered(batches: &[RecordBatch], column: usize, picks: &[Pick]) -> Result<ArrayRef> {
    let parts = batches.iter().map(|batch| batch.columns().get(column));
    let parts: Option<Vec<&dyn Array>> = parts.map(|part| part.map(AsRef::as_ref)).collect();
    let parts = parts.ok_or_else(|| bug("a key column is missing"))?;
    let picks: Vec<(usize, usize)> = picks.iter().map(|pick| (pick.batch, pick.row)).collect();
    interleave(&parts, &picks).map_err(|cause| bug("keys can't be gathered").because(cause))
}

pub(super) fn bug(message: &str) -> Error {
    Error::new(ErrorKind::Bug, format!("internal error: {message}"))
}
