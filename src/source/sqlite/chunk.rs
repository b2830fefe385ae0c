//! A chunk of rows: SQLite's values end with the next step, so that they are copied, cell after cell, into one buffer.

use super::storage::{OtherClass, Storage};
use crate::destination::WrittenRows;
use rusqlite::types::ValueRef;

/// Rows that are offered to the gate at once.
const ROWS: usize = 256;
/// Bytes at which a chunk is offered early: cells may be large.
const BYTES: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Chunk {
    columns: usize,
    rows: usize,
    bytes: Vec<u8>,
    /// Where each cell stands, row after row.
    cells: Vec<Cell>,
    row_ids: Vec<i64>,
}

struct Cell {
    start: usize,
    /// Before the start for NULL.
    end: usize,
}

const NULL: Cell = Cell { start: 1, end: 0 };

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

    /// Adds the next cell of the row.
    pub fn push(&mut self, storage: Storage, value: ValueRef<'_>) -> Result<(), OtherClass> {
        let start = self.bytes.len();
        self.cells.push(if storage.append(value, &mut self.bytes)? {
            let end = self.bytes.len();
            Cell { start, end }
        } else {
            NULL
        });
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
        let cell = self.cells.get(row * self.columns + column)?;
        self.bytes.get(cell.start..cell.end)
    }

    fn row_id(&self, row: usize) -> Option<i64> {
        self.row_ids.get(row).copied()
    }
}
