//! A unit's rows on their way from ConnectorX into record batches: staged, filtered, kept.

use super::UnitRows;
use super::carrier::Carried;
use super::column::Column;
use super::control::Control;
use super::convert::Misfit;
use super::selection::{Filter, NullKey, Selector};
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use std::sync::Arc;

/// Rows that are staged before their keys are looked up together.
const STAGED_ROWS: usize = 1024;
/// Bytes at which staged rows are looked up early: cells may be large.
const STAGED_BYTES: usize = 1 << 20;
/// Rows of a finished record batch.
const BATCH_ROWS: usize = 64 * 1024;
/// Bytes at which a record batch is finished early.
const BATCH_BYTES: usize = 8 << 20;

/// Takes a unit's cells in row order and keeps the candidates.
pub(super) struct UnitWriter {
    unit: u32,
    schema: SchemaRef,
    selector: Selector,
    control: Arc<Control>,
    staged: Vec<Column>,
    kept: Vec<Column>,
    executed: bool,
    next_column: usize,
    /// Rows whose keys are looked up: all that came but those still staged.
    looked_up: u64,
    rows: UnitRows,
}

impl UnitWriter {
    pub fn new(unit: u32, schema: SchemaRef, filter: Filter, control: Arc<Control>) -> Self {
        let columns = || {
            schema
                .fields()
                .iter()
                .map(|field| Column::new(field.data_type()))
                .collect()
        };
        Self {
            unit,
            staged: columns(),
            kept: columns(),
            schema,
            selector: Selector::new(unit, filter),
            control,
            executed: false,
            next_column: 0,
            looked_up: 0,
            rows: UnitRows::default(),
        }
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub fn columns(&self) -> usize {
        self.staged.len()
    }

    /// Says that this many rows are about to come, or none: the database has executed the query.
    pub fn announce(&mut self, rows: usize) -> Result<()> {
        self.control.check()?;
        if !self.executed {
            self.executed = true;
            self.control.executed(self.unit);
        }
        self.rows.read += rows as u64;
        Ok(())
    }

    /// Takes the next cell in row order.
    pub fn put(&mut self, value: Option<Carried<'_>>) -> Result<()> {
        let column = self.next_column;
        match value {
            Some(value) => self.staged[column]
                .push(value)
                .map_err(|misfit| self.misfit(column, misfit))?,
            None if self.schema.field(column).is_nullable() => self.staged[column].push_null(),
            None => return Err(self.unexpected_null()),
        }
        self.next_column += 1;
        if self.next_column == self.staged.len() {
            self.next_column = 0;
            self.row_is_complete()?;
        }
        Ok(())
    }

    fn row_is_complete(&mut self) -> Result<()> {
        let bytes: usize = self.staged.iter().map(Column::value_bytes).sum();
        if self.staged[0].len() >= STAGED_ROWS || bytes >= STAGED_BYTES {
            self.look_up()?;
        }
        Ok(())
    }

    /// Decides which staged rows are candidates, and keeps these.
    fn look_up(&mut self) -> Result<()> {
        let staged_rows = self.staged.first().map_or(0, Column::len);
        let drops = self.selector.select(&self.staged);
        let drops = drops.map_err(|null| self.null_key(&null))?;
        self.rows.filter_drops += drops.by_filter;
        self.rows.null_drops += drops.by_null_key;
        self.rows.candidates += self.selector.rows().len() as u64;
        self.looked_up += staged_rows as u64;
        self.keep_candidates()?;
        self.control
            .progress(self.unit, self.rows.read, self.rows.candidates);
        Ok(())
    }

    /// Offsets are 32 bits: a chunk of huge cells begins a record batch of its own.
    fn keep_candidates(&mut self) -> Result<()> {
        let all = self
            .kept
            .iter()
            .chain(&self.staged)
            .map(Column::value_bytes);
        if i32::try_from(all.sum::<usize>()).is_err() {
            self.finish_batch()?;
        }
        for (kept, staged) in self.kept.iter_mut().zip(&mut self.staged) {
            kept.extend_from(staged, self.selector.rows());
            staged.clear();
        }
        let bytes: usize = self.kept.iter().map(Column::value_bytes).sum();
        if self.kept_rows() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            self.finish_batch()?;
        }
        Ok(())
    }

    fn kept_rows(&self) -> usize {
        self.kept.first().map_or(0, Column::len)
    }

    fn finish_batch(&mut self) -> Result<()> {
        if self.kept_rows() == 0 {
            return Ok(());
        }
        let mut arrays = Vec::with_capacity(self.kept.len());
        for (index, column) in self.kept.iter_mut().enumerate() {
            let array = column.finish().map_err(|cause| {
                let name = self.schema.field(index).name();
                Error::new(ErrorKind::Bug, format!("column {name} makes no array")).because(cause)
            })?;
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|cause| {
            Error::new(ErrorKind::Bug, "the columns of a record batch don't fit").because(cause)
        })?;
        self.rows.batches.push(batch);
        Ok(())
    }

    /// Looks up what is still staged and hands over the unit's rows.
    pub fn finish(mut self) -> Result<UnitRows> {
        self.look_up()?;
        self.finish_batch()?;
        let kept: usize = self.rows.batches.iter().map(RecordBatch::num_rows).sum();
        if self.looked_up == self.rows.read && kept as u64 == self.rows.candidates {
            return Ok(self.rows);
        }
        let UnitRows {
            read, candidates, ..
        } = self.rows;
        let message = format!(
            "{read} rows were announced and {} came; {candidates} are candidates and {kept} were kept",
            self.looked_up
        );
        Err(Error::new(ErrorKind::Sums, message))
    }

    /// Where the next cell belongs, for errors: the row as the database sent it, from 1, and the column.
    pub fn place(&self) -> String {
        // The last column gets its cell of a row last.
        let staged = self.staged.last().map_or(0, Column::len) as u64;
        let row = self.looked_up + staged + 1;
        format!(
            "row {row}, column {}",
            self.schema.field(self.next_column).name()
        )
    }

    fn misfit(&self, column: usize, misfit: Misfit) -> Error {
        let field = self.schema.field(column);
        let place = self.place();
        match misfit {
            Misfit::Inexact => Error::new(
                ErrorKind::Value,
                format!("{place}: the value has no exact image as {}", field.data_type()),
            )
            .advise("zero and partial dates, infinite dates, NaN in a decimal and times beyond 24 h have none: leave such rows out with --where, or leave the column out with --columns"),
            Misfit::OtherType => Error::new(
                ErrorKind::Schema,
                format!("{place}: the database sends another type than its catalogue said, {}", field.data_type()),
            )
            .advise("was the table altered while the job began? run it again"),
        }
    }

    fn unexpected_null(&self) -> Error {
        Error::new(
            ErrorKind::Schema,
            format!("{}: NULL, where the catalogue says NOT NULL", self.place()),
        )
        .advise("was the table altered while the job began? run it again")
    }

    fn null_key(&self, null: &NullKey) -> Error {
        let name = self.schema.field(null.column).name();
        let row = self.looked_up + null.row as u64 + 1;
        Error::new(
            ErrorKind::Value,
            format!("row {row}: the key column {name} is NULL"),
        )
        .advise("--null-keys drop leaves such rows out; --null-keys keep writes every one of them")
    }
}
