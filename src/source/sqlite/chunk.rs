//! A chunk of rows. SQLite's values are valid only until the next step, so they are copied, cell after cell, into one
//! buffer.

use super::storage::{OtherClass, Storage};
use crate::destination::WrittenRows;
use rusqlite::types::ValueRef;

/// Rows that are passed to the gate at once.
const ROWS: usize = 256;
/// Bytes at which a chunk is passed on early: cells can be large.
const BYTES: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Chunk {
    columns: usize,
    rows: usize,
    bytes: Vec<u8>,
    /// Where each cell ends in `bytes`, row after row. The next one begins there.
    cells: Vec<End>,
    row_ids: Vec<i64>,
}

/// Where a cell ends, times two, plus 1 if it is NULL.
#[derive(Clone, Copy)]
struct End(usize);

impl End {
    fn new(end: usize, is_null: bool) -> Self {
        Self(end << 1 | usize::from(is_null))
    }

    fn place(self) -> usize {
        self.0 >> 1
    }

    fn is_null(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Chunk {
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    pub fn clear(&mut self) {
        self.rows = 0;
        self.bytes.clear();
        self.cells.clear();
        self.row_ids.clear();
    }

    pub fn is_full(&self) -> bool {
        self.rows >= ROWS || self.bytes.len() >= BYTES
    }

    /// Adds the next cell of the row, without conversion.
    #[inline]
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.cells.push(End::new(self.bytes.len(), false));
    }

    /// Adds the next cell of the row.
    pub fn push(&mut self, storage: Storage, value: ValueRef<'_>) -> Result<(), OtherClass> {
        let is_null = !storage.append(value, &mut self.bytes)?;
        self.cells.push(End::new(self.bytes.len(), is_null));
        Ok(())
    }

    /// Ends the row.
    pub fn end_row(&mut self, row_id: Option<i64>) {
        self.rows += 1;
        self.row_ids.extend(row_id);
    }
}

impl WrittenRows for Chunk {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        let index = row * self.columns + column;
        let end = self.cells.get(index).filter(|end| !end.is_null())?;
        let before = index.checked_sub(1);
        let start = before.map_or(Some(0), |before| {
            self.cells.get(before).map(|end| end.place())
        })?;
        self.bytes.get(start..end.place())
    }

    fn row_id(&self, row: usize) -> Option<i64> {
        self.row_ids.get(row).copied()
    }
}
