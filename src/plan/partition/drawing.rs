//! A few rows of a table: their values of the column, in its order.

use crate::job::Job;
use crate::plan::Chosen;
use crate::plan::order::known_column;
use crate::plan::query::filters;
use crate::source::{Bound, CatalogSession, Dialect, Draw, TextRow};
use crate::{Error, ErrorKind, Result};

/// Rows that are wanted: eight parts of so many are even within about a tenth.
pub(super) const WANTED: u64 = 8192;

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Literals of the rows that the filters leave, in the column's order: NULLs first.
    pub values: Vec<Option<String>>,
    /// Estimate of the rows that the filters leave of the table.
    pub rows: u64,
}

impl Drawn {
    pub fn nothing_of(rows: u64) -> Self {
        let values = Vec::new();
        Self { values, rows }
    }

    /// What the rows of a query (a literal, and 1 where the filters leave the row) are of a table that has about `rows` for
    /// each `drawn` ones.
    pub fn new(found: Vec<TextRow>, rows: u128, drawn: u128) -> Self {
        let values = found.into_iter().filter(passes);
        let values: Vec<_> = values.map(|row| row.into_iter().next().flatten()).collect();
        let rows = values.len() as u128 * rows / drawn.max(1);
        Self {
            values,
            rows: u64::try_from(rows).unwrap_or(u64::MAX),
        }
    }
}

fn passes(row: &TextRow) -> bool {
    row.get(1).and_then(Option::as_deref) == Some("1")
}

/// The parts of the SQL that draws rows.
pub(super) struct Drawing<'a> {
    pub draw: &'a Draw,
    /// The table, quoted.
    pub table: String,
    /// The column, quoted.
    pub column: String,
    pub bound: Bound,
    /// Conditions of the job on the rows, as far as a drawn row may be asked for them.
    pub filters: Vec<String>,
}

impl<'a> Drawing<'a> {
    pub fn new(
        job: &Job,
        column: &str,
        catalog: &mut CatalogSession,
        chosen: &'a Chosen,
    ) -> Result<Self> {
        let bound = known_column(column, chosen)?.bound;
        let no_bound = || Error::new(ErrorKind::Bug, "no bounds").in_column(column);
        let table = catalog.dialect.quote(&chosen.name);
        let mut filters = filters(job, chosen);
        // What a query in a filter costs is not known: then the sample is one of all rows.
        if !filters.is_empty() {
            let filtered = format!("SELECT 1 FROM {table} WHERE {}", filters.join(" AND "));
            if !catalog.ask(|it| it.reads_alone(&filtered))? {
                filters.clear();
            }
        }
        Ok(Self {
            draw: &chosen.table.draw,
            column: catalog.dialect.column(&chosen.name, column),
            bound: bound.ok_or_else(no_bound)?,
            table,
            filters,
        })
    }

    /// What a query of drawn rows selects, see [`Drawn::new`].
    pub fn select_list(&self, dialect: &Dialect) -> String {
        let literal = dialect.literal(&self.column, self.bound);
        if self.filters.is_empty() {
            return format!("{literal}, 1");
        }
        let filters = self.filters.join(" AND ");
        format!("{literal}, CASE WHEN {filters} THEN 1 ELSE 0 END")
    }
}
