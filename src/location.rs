//! Where a failure happened.

use crate::secret::{Secret, struck};
use crate::unit::{Part, UnitName};
use std::fmt;

/// Where a failure happened, as far as that is known. As text: `table ID2000, part 2 of 8, row 17, column AGE`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// A file or a database.
    pub(crate) within: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) part: Option<Part>,
    /// The row's number, and the database's own id for it.
    pub(crate) row: Option<(u64, Option<i64>)>,
    pub(crate) column: Option<String>,
}

impl Location {
    /// The table.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The row's number, counted from 1 in the order in which the table or its part is read.
    pub fn row(&self) -> Option<u64> {
        self.row.map(|(number, _)| number)
    }

    /// The row's number, and the database's own id for it.
    pub(crate) fn row_and_id(&self) -> Option<(u64, Option<i64>)> {
        self.row
    }

    /// The column.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// Removes the secrets.
    pub(crate) fn without(self, secrets: &[Secret]) -> Self {
        Self {
            within: self.within.map(|within| struck(&within, secrets)),
            table: self.table.map(|table| struck(&table, secrets)),
            column: self.column.map(|column| struck(&column, secrets)),
            ..self
        }
    }

    /// A unit's location.
    pub(crate) fn unit(name: &UnitName) -> Self {
        Self {
            table: Some(name.table.clone()),
            part: name.part,
            ..Self::default()
        }
    }

    /// This location, completed by what `wider` knows.
    pub(crate) fn inside(self, wider: Self) -> Self {
        let is_same_table = self.table.is_none() || self.table == wider.table;
        Self {
            within: self.within.or(wider.within),
            part: self.part.or(if is_same_table { wider.part } else { None }),
            table: self.table.or(wider.table),
            row: self.row.or(wider.row),
            column: self.column.or(wider.column),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self
            .part
            .map(|Part { number, of }| format!("part {number} of {of}"));
        let row = self.row.map(|(number, id)| match id {
            Some(id) => format!("row {number} (rowid {id})"),
            None => format!("row {number}"),
        });
        let known = [
            self.within.clone(),
            self.table.as_ref().map(|table| format!("table {table}")),
            part,
            row,
            self.column
                .as_ref()
                .map(|column| format!("column {column}")),
        ];
        let known: Vec<_> = known.into_iter().flatten().collect();
        f.write_str(&known.join(", "))
    }
}
