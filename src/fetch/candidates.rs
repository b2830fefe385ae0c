//! A unit's candidates, by their index.

use crate::batch::Pick;
use crate::plan::Fetch;
use crate::source::Located;
use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::interleave;
use arrow::datatypes::UInt64Type;
use std::sync::Arc;

/// The candidates of a unit: its rows, or their keys, locators and row numbers.
pub(crate) struct Candidates {
    batches: Vec<RecordBatch>,
    /// The index of the row after each batch.
    ends: Vec<usize>,
    /// How the rows are fetched, if these are only their keys.
    fetch: Option<Arc<Fetch>>,
    /// How many columns the key has.
    key: usize,
    /// The number of the session that read them.
    pub session: usize,
}

impl Candidates {
    pub fn new(
        batches: Vec<RecordBatch>,
        fetch: Option<Arc<Fetch>>,
        key: usize,
        session: usize,
    ) -> Self {
        let ends = batches.iter().scan(0, |end, batch| {
            *end += batch.num_rows();
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            batches,
            fetch,
            key,
            session,
        }
    }

    pub fn rows(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    pub fn fetch(&self) -> Option<&Arc<Fetch>> {
        self.fetch.as_ref()
    }

    /// Where a candidate is.
    pub fn pick(&self, index: usize) -> Result<Pick> {
        let batch = self.ends.partition_point(|end| *end <= index);
        let start = batch.checked_sub(1).map_or(0, |before| self.ends[before]);
        if batch >= self.batches.len() {
            return Err(bug("a survivor isn't among its unit's candidates"));
        }
        Ok(Pick {
            batch,
            row: index - start,
        })
    }

    /// A candidate's locator.
    pub fn locator(&self, pick: Pick) -> Result<Located<'_>> {
        let columns = self.batches[pick.batch].columns();
        let numbers = columns.len().saturating_sub(1);
        let parts = columns.get(self.key..numbers).unwrap_or_default();
        let parts = parts.iter().map(|part| {
            let part = part.as_binary_opt::<i32>();
            part.map(|part| part.value(pick.row))
                .ok_or_else(|| bug("a locator isn't kept as bytes"))
        });
        parts.collect()
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
