//! The rows of a SQLite query: values as they are stored, without conversion.

use super::super::in_place::{InPlace, Selected};
use super::super::lease::Lease;
use super::chunk::Chunk;
use super::cursor::Cursor;
use super::storage::Storage;
use crate::destination::{Gate, SentRow, Wants, WrittenRows};
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::Schema;
use rusqlite::Connection;

/// Steps through the rows of one query. The connection is returned when this is dropped.
pub(super) struct StoredRows {
    /// Present until the query begins.
    lent: Option<Lease<Connection>>,
    cursor: Option<Cursor>,
    columns: Vec<ReadColumn>,
    /// Whether the query's last column is the row's id. It may be a column of the plan too: a locator.
    has_row_id: bool,
    /// If rows are fetched again, which of them are wanted. Cells of others aren't read.
    wants: Option<Wants>,
    chunk: Chunk,
    /// The number of rows before the chunk.
    rows_before: u64,
    /// Rows of the chunk that are passed on.
    candidates: Vec<usize>,
}

/// A column of the plan.
struct ReadColumn {
    name: String,
    storage: Storage,
}

impl StoredRows {
    /// The types are the plan's: SQLite itself doesn't know an expression's type.
    pub fn new(
        lent: Lease<Connection>,
        has_row_id: bool,
        (schema, wants): (&Schema, Option<Wants>),
    ) -> Self {
        let columns = schema.fields().iter().map(|field| ReadColumn {
            name: field.name().clone(),
            storage: Storage::of(field.data_type()),
        });
        Self {
            lent: Some(lent),
            cursor: None,
            columns: columns.collect(),
            has_row_id,
            wants,
            chunk: Chunk::new(schema.fields().len()),
            rows_before: 0,
            candidates: Vec::new(),
        }
    }

    /// Copies rows, those that are wanted, until the chunk is full. Returns whether these were the last.
    fn fill_chunk(&mut self) -> Result<bool> {
        let Self {
            cursor,
            columns,
            chunk,
            has_row_id,
            wants,
            rows_before,
            ..
        } = self;
        let cursor = cursor.as_mut();
        let cursor = cursor.ok_or_else(|| {
            Error::new(
                ErrorKind::Bug,
                "internal error: a row is read before its query",
            )
        })?;
        while !chunk.is_full() {
            if !cursor.step()? {
                return Ok(true);
            }
            if let Some(wants) = wants
                && !is_wanted(cursor, columns, wants)?
            {
                continue;
            }
            let row_id = has_row_id.then(|| cursor.integer(cursor.columns().saturating_sub(1)));
            let sent = SentRow {
                number: *rows_before + chunk.rows() as u64 + 1,
                id: row_id.transpose()?,
            };
            copy_row(cursor, columns, chunk, sent)?;
            chunk.end_row(sent.id);
        }
        Ok(false)
    }
}

impl InPlace for StoredRows {
    fn begin(&mut self, query: &str) -> Result<Vec<String>> {
        let lent = self.lent.take();
        let lent =
            lent.ok_or_else(|| Error::new(ErrorKind::Bug, "internal error: a query begins twice"))?;
        let cursor = self.cursor.insert(Cursor::new(lent, query)?);
        let planned = self.columns.len();
        let most = planned + usize::from(self.has_row_id);
        if (planned..=most).contains(&cursor.columns()) {
            return Ok(self
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect());
        }
        let message = format!(
            "internal error: the query returns {} columns instead of {planned}",
            cursor.columns()
        );
        Err(Error::new(ErrorKind::Bug, message))
    }

    fn select(&mut self, gate: &mut Gate) -> Result<Selected> {
        self.rows_before += self.chunk.rows() as u64;
        self.chunk.clear();
        let is_last = self.fill_chunk()?;
        self.candidates.clear();
        self.candidates.extend_from_slice(gate.select(&self.chunk)?);
        Ok(Selected {
            candidates: self.candidates.len(),
            is_last,
        })
    }

    #[inline]
    fn cell(&self, candidate: usize, column: usize) -> Option<&[u8]> {
        self.chunk.cell(*self.candidates.get(candidate)?, column)
    }
}

/// Whether a row is wanted. One whose locator can't be read is: that fails when it is copied.
fn is_wanted(cursor: &Cursor, columns: &[ReadColumn], wants: &mut Wants) -> Result<bool> {
    wants.row(|index, cell| {
        if let Some(column) = columns.get(index) {
            // A locator's values have their column's storage class: the same query has read them before.
            let _ = column.storage.append(cursor.value(index)?, cell);
        }
        Ok(())
    })
}

/// Copies a row's cells. Fails at the first one whose storage class differs from its column's.
fn copy_row(
    cursor: &Cursor,
    columns: &[ReadColumn],
    chunk: &mut Chunk,
    sent: SentRow,
) -> Result<()> {
    for (index, column) in columns.iter().enumerate() {
        if column.storage.holds_text()
            && let Some(text) = cursor.text(index)?
        {
            chunk.push_bytes(text);
            continue;
        }
        let value = cursor.value(index)?;
        chunk.push(column.storage, value).map_err(|other| {
            sent.locate(other.refused(&column.name, column.storage), &column.name)
        })?;
    }
    Ok(())
}
