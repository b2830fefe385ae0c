//! A unit's rows on their way from ConnectorX into record batches: staged, filtered, kept.

use super::carrier::Carried;
use super::column::Column;
use super::control::Control;
use super::convert::Misfit;
use super::{NullKeys, UnitRows};
use crate::distinct::{FirstSeen, KeyHash, Scratch};
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

/// What the rows of a unit are filtered by.
#[derive(Clone)]
pub(super) struct Filter {
    pub key: Vec<usize>,
    pub null_keys: NullKeys,
    /// `None` with `--exact`: every row goes on.
    pub first_seen: Option<Arc<FirstSeen>>,
}

/// Takes a unit's cells in row order and keeps the candidates.
pub(super) struct UnitWriter {
    unit: u32,
    schema: SchemaRef,
    filter: Filter,
    control: Arc<Control>,
    staged: Vec<Column>,
    kept: Vec<Column>,
    executed: bool,
    next_column: usize,
    /// Rows whose keys are looked up: all that came but those still staged.
    looked_up: u64,
    rows: UnitRows,
    selection: Selection,
}

/// Room for what is decided of a chunk, kept from chunk to chunk.
#[derive(Default)]
struct Selection {
    hashes: Vec<KeyHash>,
    /// Rows of the chunk that `hashes` belong to: those whose key is not NULL.
    hashed: Vec<usize>,
    keep: Vec<bool>,
    rows: Vec<usize>,
    key: Vec<u8>,
    scratch: Scratch,
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
            filter,
            control,
            executed: false,
            next_column: 0,
            looked_up: 0,
            rows: UnitRows::default(),
            selection: Selection::default(),
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
            None => return Err(self.unexpected_null(column)),
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
        let chunk_rows = self.staged[0].len();
        self.select_rows(chunk_rows)?;
        self.rows.candidates += self.selection.rows.len() as u64;
        for (kept, staged) in self.kept.iter_mut().zip(&mut self.staged) {
            kept.extend_from(staged, &self.selection.rows);
            staged.clear();
        }
        let bytes: usize = self.kept.iter().map(Column::value_bytes).sum();
        if self.kept[0].len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            self.finish_batch()?;
        }
        self.looked_up += chunk_rows as u64;
        self.control
            .progress(self.unit, self.rows.read, self.rows.candidates);
        Ok(())
    }

    fn select_rows(&mut self, chunk_rows: usize) -> Result<()> {
        self.selection.rows.clear();
        self.selection.hashed.clear();
        self.selection.hashes.clear();
        for row in 0..chunk_rows {
            if self
                .filter
                .key
                .iter()
                .any(|column| self.staged[*column].is_null(row))
            {
                self.take_null_key(row)?;
            } else if self.filter.first_seen.is_some() {
                self.hash_key(row);
            } else {
                self.selection.rows.push(row);
            }
        }
        self.ask_filter();
        Ok(())
    }

    fn take_null_key(&mut self, row: usize) -> Result<()> {
        match self.filter.null_keys {
            NullKeys::Error => Err(self.null_key(row)),
            NullKeys::Drop => {
                self.rows.null_drops += 1;
                Ok(())
            }
            NullKeys::Keep => {
                self.selection.rows.push(row);
                Ok(())
            }
        }
    }

    /// A key of one column is hashed as its bytes; of several, each part follows its length, so that no two keys read
    /// the same. (A NULL part never comes here: such keys are never merged.)
    fn hash_key(&mut self, row: usize) {
        let Some(first_seen) = &self.filter.first_seen else {
            return;
        };
        let hash = if let [column] = self.filter.key[..] {
            self.staged[column].with_bytes(row, |bytes| first_seen.hash(bytes))
        } else {
            let key = &mut self.selection.key;
            key.clear();
            for column in &self.filter.key {
                self.staged[*column].with_bytes(row, |bytes| {
                    key.extend_from_slice(&bytes.len().to_le_bytes());
                    key.extend_from_slice(bytes);
                });
            }
            first_seen.hash(key)
        };
        self.selection.hashes.push(hash);
        self.selection.hashed.push(row);
    }

    fn ask_filter(&mut self) {
        let Some(first_seen) = &self.filter.first_seen else {
            return;
        };
        let Selection {
            hashes,
            hashed,
            keep,
            rows,
            scratch,
            ..
        } = &mut self.selection;
        first_seen.offer(self.unit, hashes, keep, scratch);
        let nulls_came = !rows.is_empty();
        let offered = hashed.len();
        let before = rows.len();
        rows.extend(
            hashed
                .iter()
                .zip(keep)
                .filter_map(|(row, keep)| keep.then_some(*row)),
        );
        self.rows.filter_drops += (offered - (rows.len() - before)) as u64;
        if nulls_came {
            rows.sort_unstable();
        }
    }

    fn finish_batch(&mut self) -> Result<()> {
        if self.kept[0].len() == 0 {
            return Ok(());
        }
        let mut arrays = Vec::with_capacity(self.kept.len());
        for (index, column) in self.kept.iter_mut().enumerate() {
            let array = column.finish().map_err(|cause| {
                let name = self.schema.field(index).name();
                Error::new(
                    ErrorKind::Value,
                    format!("column {name} holds text that is not UTF-8"),
                )
                .because(cause)
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
        if self.looked_up == self.rows.read {
            return Ok(self.rows);
        }
        let message = format!(
            "{} rows came, but {} were announced",
            self.looked_up, self.rows.read
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

    fn unexpected_null(&self, column: usize) -> Error {
        let name = self.schema.field(column).name();
        Error::new(
            ErrorKind::Schema,
            format!(
                "{}: NULL in column {name}, which the catalogue says is NOT NULL",
                self.place()
            ),
        )
        .advise("was the table altered while the job began? run it again")
    }

    fn null_key(&self, row: usize) -> Error {
        let is_null = |column: &&usize| self.staged[**column].is_null(row);
        let column = self
            .filter
            .key
            .iter()
            .find(is_null)
            .copied()
            .unwrap_or_default();
        let name = self.schema.field(column).name();
        let row = self.looked_up + row as u64 + 1;
        Error::new(
            ErrorKind::Value,
            format!("row {row}: the key column {name} is NULL"),
        )
        .advise("--null-keys drop leaves such rows out; --null-keys keep writes every one of them")
    }
}
