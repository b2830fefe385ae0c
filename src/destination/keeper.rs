//! The keeper of record batches: collects one unit's candidates, whichever writer selected them.

use super::UnitRows;
use super::column::Column;
use super::control::Control;
use super::outlet::Exit;
use super::rules::Rules;
use crate::distinct::FirstSeen;
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
    unit: u32,
    first_seen: Option<Arc<FirstSeen>>,
    schema: SchemaRef,
    pub columns: Vec<Column>,
    pub rows: UnitRows,
}

impl Keeper {
    pub fn new(unit: u32, rules: &Rules, exit: Option<Exit>) -> Self {
        Self {
            unit,
            first_seen: rules.filter.first_seen.clone(),
            schema: Arc::clone(rules.shape.kept()),
            columns: rules.columns(),
            rows: UnitRows {
                exit,
                ..UnitRows::default()
            },
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

    /// Drops the unit's candidates that an earlier unit has overtaken, if there are many. Once none can be overtaken any more,
    /// they aren't held back. No row may be half complete. Returns whether it finished the record batch.
    pub fn drop_overtaken(&mut self, control: &Control) -> Result<bool> {
        let Some(first_seen) = self.first_seen.clone() else {
            return Ok(false);
        };
        let is_last = self.rows.are_held_in_vain(self.unit, &first_seen);
        if !is_last && !self.rows.has_many_overtaken(self.unit, &first_seen) {
            return Ok(false);
        }
        self.finish_batch()?;
        let proceed = || control.check();
        if is_last {
            (self.rows).drop_last_overtaken(self.unit, &first_seen, &proceed)?;
            self.let_out()?;
        } else {
            (self.rows).drop_overtaken(self.unit, &first_seen, &proceed)?;
        }
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
        if self.rows.hold(batch) {
            return Ok(());
        }
        self.let_out()
    }

    /// From now on, no candidates are held back, and none is taken back.
    fn let_out(&mut self) -> Result<()> {
        if let Some(first_seen) = &self.first_seen {
            first_seen.hold(self.unit, false);
            self.rows.forget_keys(self.unit, first_seen);
        }
        self.rows.let_out()
    }

    /// The unit's rows. `looked_up` is how many rows the writer counted when it looked up their keys.
    pub fn finish(mut self, looked_up: u64) -> Result<UnitRows> {
        self.finish_batch()?;
        let kept = self.rows.kept();
        if !self.rows.are_all_held() {
            self.rows.end()?;
        }
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

/// Bytes that the columns' values take.
pub(super) fn bytes(columns: &[Column]) -> usize {
    columns.iter().map(Column::value_bytes).sum()
}
