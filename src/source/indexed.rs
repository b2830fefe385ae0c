//! What a catalog says about a table's indexes, and how a few of its rows are found without reading all of them.

use super::{Column, Table};

/// An index that can be used for a range of a column and its order: a B-tree over whole values, by the column's own
/// collation, that contains every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    /// Its first column.
    pub column: String,
    /// Whether it has no other column, and no two rows have the same value. There can still be many NULLs.
    pub unique: bool,
}

/// How a bound of a column's values is written in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// As digits.
    Number,
    /// In quotes: text, dates and timestamps.
    Quoted,
}

/// How a few rows of a table are sampled, each with the same probability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Draw {
    /// With TABLESAMPLE, from a table of this many pages.
    Pages(u64),
    /// By random values of a unique integer that is never NULL.
    Key {
        column: String,
        /// The condition for [`Draw::Walk`], if too few of the values exist.
        or_walk: &'static str,
    },
    /// From a walk through an index, selecting each entry by a condition that is true for one in `{}`.
    Walk(&'static str),
}

impl Draw {
    /// Samples by an integer key if the table has one, or else by this condition.
    pub fn by_key_or(condition: &'static str, columns: &[Column], indexes: &[Index]) -> Self {
        let is_number = |name: &str| {
            let mut columns = columns.iter();
            columns.any(|column| {
                column.name == name && !column.nullable && column.bound == Some(Bound::Number)
            })
        };
        let mut keys = indexes.iter().filter(|index| index.unique);
        match keys.find(|index| is_number(&index.column)) {
            Some(key) => Self::Key {
                column: key.column.clone(),
                or_walk: condition,
            },
            None => Self::Walk(condition),
        }
    }
}

impl Table {
    pub fn is_indexed(&self, column: &str) -> bool {
        self.indexes.iter().any(|index| index.column == column)
    }

    /// Returns whether an order by this column has no ties.
    pub fn is_unique(&self, column: &str) -> bool {
        let mut columns = self.columns.iter();
        let has_no_null = columns.any(|known| known.name == column && !known.nullable);
        let mut indexes = self.indexes.iter();
        has_no_null && indexes.any(|index| index.column == column && index.unique)
    }
}
