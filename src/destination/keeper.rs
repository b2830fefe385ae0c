//! The keeper of record batches: what becomes of the candidates of one unit, whoever selects them.

use super::UnitRows;
use super::column::Column;
use super::rules::Rules;
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

/// Rows of a finished record batch.
const BATCH_ROWS: usize = 32 * 1024;
/// Bytes at which a record batch is finished early.
const BATCH_BYTES: usize = 4 << 20;

/// The candidates of a unit, as the record batches that are finished and the columns of the one that isn't.
pub(super) struct Keeper {
    schema: SchemaRef,
    pub columns: Vec<Column>,
    pub rows: UnitRows,
}

impl Keeper {
    pub fn new(rules: &Rules) -> Self {
        Self {
            schema: Arc::clone(&rules.schema),
            columns: rules.columns(),
            rows: UnitRows::default(),
        }
    }

    /// Finishes the record batch if its rows are many, or their bytes. Whether it did.
    pub fn finish_full_batch(&mut self, bytes: usize) -> Result<bool> {
        let rows = self.columns.first().map_or(0, Column::len);
        let is_full = rows >= BATCH_ROWS || bytes >= BATCH_BYTES;
        if is_full {
            self.finish_batch()?;
        }
        Ok(is_full)
    }

    pub fn finish_batch(&mut self) -> Result<()> {
        if self.columns.first().map_or(0, Column::len) == 0 {
            return Ok(());
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for (column, field) in self.columns.iter_mut().zip(self.schema.fields()) {
            let array = column.finish().map_err(|cause| {
                let error = Error::new(ErrorKind::Bug, "the values make no Arrow array");
                error.in_column(field.name()).because(cause)
            })?;
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|cause| {
            Error::new(ErrorKind::Bug, "the columns of a record batch don't fit").because(cause)
        })?;
        self.rows.batches.push(batch);
        Ok(())
    }

    /// The unit's rows. `came` are those that were looked up, as those who looked counted them.
    pub fn finish(mut self, came: u64) -> Result<UnitRows> {
        self.finish_batch()?;
        let UnitRows {
            read,
            candidates,
            ref batches,
            ..
        } = self.rows;
        let kept: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if came == read && kept as u64 == candidates {
            return Ok(self.rows);
        }
        let message = format!(
            "{read} rows were announced and {came} came; {candidates} are candidates and {kept} were kept"
        );
        Err(Error::new(ErrorKind::Sums, message))
    }
}

/// Bytes that the values of columns take.
pub(super) fn bytes(columns: &[Column]) -> usize {
    columns.iter().map(Column::value_bytes).sum()
}
