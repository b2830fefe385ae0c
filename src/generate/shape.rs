//! How many rows and how many entries a table has. An entry is what rows with the same key have in common, such as a person.

use super::GeneratedTable;

/// One table. Entries are numbered by their first table: its new ones are `known..known + new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableShape {
    pub(super) name: &'static str,
    pub(super) rows: u64,
    /// Entries of earlier tables.
    pub(super) known: u64,
    /// Entries that no earlier table has. All of them are in this one.
    pub(super) new: u64,
    /// Entries of earlier tables that are in this one.
    pub(super) returning: u64,
}

impl TableShape {
    /// Entries in this table.
    pub(super) fn distinct(&self) -> u64 {
        self.new + self.returning
    }

    pub(super) fn counts(&self) -> GeneratedTable {
        GeneratedTable {
            table: self.name,
            rows: self.rows,
            distinct: self.distinct(),
            new: self.new,
        }
    }
}
