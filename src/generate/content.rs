//! What a database is filled with: columns, and tables that can write their rows. The same for every database.

use super::GeneratedTable;
use super::row::Row;

/// A column, with its type in standard SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) sql_type: &'static str,
}

impl Column {
    pub(super) const fn new(name: &'static str, sql_type: &'static str) -> Self {
        Self { name, sql_type }
    }
}

/// Adds the cells of the row at a position, counted from 0, to an empty row.
pub(super) type WriteCells = Box<dyn Fn(u64, &mut Row) + Send + Sync>;

/// A table that computes its rows on demand.
pub(super) struct Table {
    pub(super) counts: GeneratedTable,
    /// For positions below the number of rows.
    pub(super) write_cells: WriteCells,
}

impl Table {
    pub(super) fn name(&self) -> &'static str {
        self.counts.table
    }

    pub(super) fn counts(&self) -> GeneratedTable {
        self.counts
    }
}

/// Tables of one schema, in the order in which a job reads them.
pub(super) struct Content {
    pub(super) columns: Vec<Column>,
    pub(super) tables: Vec<Table>,
}
