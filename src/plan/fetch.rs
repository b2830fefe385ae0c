//! The queries that fetch the rows of a table whose keys were read first.

use super::query::TableQuery;
use crate::source::{Located, Locator, Query};

/// How the rows of a table are fetched once it is known which of them are wanted.
#[derive(Debug)]
pub(crate) struct Fetch {
    /// All columns of the result, and the locator behind them.
    query: TableQuery,
    pub locator: Locator,
    /// Whether the keys are read in the order of the locators, without a filter: then the rows between two of them are the
    /// rows between two row numbers.
    in_order: bool,
    row_id: bool,
}

impl Fetch {
    pub(super) fn new(query: TableQuery, locator: Locator, in_order: bool, row_id: bool) -> Self {
        Self {
            in_order: in_order && locator.has_ranges,
            query,
            locator,
            row_id,
        }
    }

    /// The query for these rows, in any order.
    pub fn named(&self, rows: &Located<'_>) -> Query {
        self.of(&self.locator.among(rows))
    }

    /// The query for all rows from the first of these to the last, in any order.
    pub fn between(&self, rows: &Located<'_>) -> Query {
        self.of(&self.locator.between(rows))
    }

    /// Whether this many wanted rows are better found by reading all rows from the first to the last of them.
    pub fn is_dense(&self, wanted: u64, between: u64) -> bool {
        self.in_order && wanted * 100 >= between * self.locator.scan_percent
    }

    fn of(&self, condition: &str) -> Query {
        Query {
            sql: self.query.unfiltered(condition),
            count_sql: String::new(),
            stored_order: false,
            row_id: self.row_id,
        }
    }
}
