//! The keeper of record batches: collects one unit's candidates, whichever writer selected them.

use super::UnitRows;
use super::column::Column;
use super::control::Control;
use super::misfit::MisfitAt;
use super::outlet::{Notes, Outlet};
use super::rules::Rules;
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

/// Rows of a finished record batch.
const BATCH_ROWS: usize = 4 * 1024;
/// Bytes at which a record batch is finished early.
const BATCH_BYTES: usize = 4 << 20;

/// A unit's candidates: finished record batches, and the columns of the unfinished one.
pub(super) struct Keeper {
    schema: SchemaRef,
    pub columns: Vec<Column>,
    pub rows: UnitRows,
    /// Where finished record batches go, if they aren't kept.
    outlet: Option<Box<dyn Outlet>>,
    /// Rows in finished record batches.
    finished: u64,
}

impl Keeper {
    pub fn new(rules: &Rules, outlet: Option<Box<dyn Outlet>>) -> Self {
        Self {
            outlet,
            finished: 0,
            schema: Arc::clone(rules.shape.kept()),
            columns: rules.columns(),
            rows: UnitRows::default(),
        }
    }

    /// Finishes the record batch if it has enough rows or bytes. Returns whether it did.
    pub fn finish_full_batch(&mut self, bytes: usize) -> Result<bool> {
        let rows = self.columns.first().map_or(0, Column::len);
        let is_full = rows >= BATCH_ROWS || bytes >= BATCH_BYTES;
        if is_full {
            self.finish_batch()?;
        }
        Ok(is_full)
    }

    /// Drops the unit's candidates that an earlier unit has overtaken, if there are many. No row may be half complete. Returns
    /// whether it did, for which it finishes the record batch.
    pub fn drop_overtaken(&mut self, unit: u32, rules: &Rules, control: &Control) -> Result<bool> {
        let first_seen = rules.filter.first_seen.as_ref();
        let Some(first_seen) = first_seen.filter(|it| self.rows.has_many_overtaken(unit, it))
        else {
            return Ok(false);
        };
        self.finish_batch()?;
        let proceed = || control.check();
        self.rows.drop_overtaken(unit, first_seen, &proceed)?;
        Ok(true)
    }

    pub fn finish_batch(&mut self) -> Result<()> {
        if self.columns.first().map_or(0, Column::len) == 0 {
            return Ok(());
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for (column, field) in self.columns.iter_mut().zip(self.schema.fields()) {
            let array = column.finish().map_err(|cause| {
                let message = "internal error: the values don't form a valid Arrow array";
                let error = Error::new(ErrorKind::Bug, message);
                error.in_column(field.name()).because(cause)
            })?;
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|cause| {
            let message = "internal error: the columns don't form a valid record batch";
            Error::new(ErrorKind::Bug, message).because(cause)
        })?;
        self.finished += batch.num_rows() as u64;
        match &mut self.outlet {
            None => self.rows.batches.push(batch),
            Some(outlet) => outlet.take(
                &batch,
                self.rows.take_notes(batch.num_rows(), self.finished),
            )?,
        }
        Ok(())
    }

    /// The unit's rows. `looked_up` is how many rows the writer counted when it looked up their keys.
    pub fn finish(mut self, looked_up: u64) -> Result<UnitRows> {
        self.finish_batch()?;
        let kept = match &mut self.outlet {
            None => self
                .rows
                .batches
                .iter()
                .map(|it| it.num_rows() as u64)
                .sum(),
            Some(outlet) => {
                outlet.end()?;
                self.finished
            }
        };
        let UnitRows {
            read, candidates, ..
        } = self.rows;
        if looked_up == read && kept == candidates {
            return Ok(self.rows);
        }
        let message = format!(
            "{read} rows were announced and {looked_up} arrived; {candidates} are candidates and {kept} were kept"
        );
        Err(Error::new(ErrorKind::Sums, message))
    }
}

impl UnitRows {
    /// Takes what was noted about the last candidates below `end`, so many of them.
    fn take_notes(&mut self, candidates: usize, end: u64) -> Notes {
        let first = end - candidates as u64;
        let below = self.misfits.partition_point(|it| it.candidate < end);
        let misfits = self.misfits.drain(..below).map(|misfit| MisfitAt {
            candidate: misfit.candidate - first,
            ..misfit
        });
        Notes {
            misfits: misfits.collect(),
            nulled: self.nulled.take_below(end),
        }
    }
}

/// Bytes that the columns' values take.
pub(super) fn bytes(columns: &[Column]) -> usize {
    columns.iter().map(Column::value_bytes).sum()
}
