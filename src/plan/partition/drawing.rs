//! A sample of a table: the column's values in a few rows, in the column's order.

use crate::job::Job;
use crate::plan::Chosen;
use crate::plan::order::known_column;
use crate::plan::query::filters;
use crate::source::{Bound, CatalogSession, Dialect, Draw, TextRow};
use crate::{Error, ErrorKind, Result};

/// Rows in a sample: with this many, eight parts differ by about a tenth at most.
pub(super) const SAMPLE_ROWS: u64 = 8192;

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Literals of the sampled rows that pass the filters, in the column's order: NULLs first.
    pub values: Vec<Option<String>>,
    /// Estimate of how many of the table's rows pass the filters.
    pub rows: u64,
}

impl Drawn {
    pub fn nothing_of(rows: u64) -> Self {
        let values = Vec::new();
        Self { values, rows }
    }

    /// The sample that a query returned: of each row a literal, and 1 if the row passes the filters. The table has about
    /// `rows` rows for every `drawn` sampled ones.
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
    /// The job's conditions on the rows; empty if they aren't checked on sampled rows.
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
        let no_bound = || {
            let message = "internal error: the column's type has no bounds";
            Error::new(ErrorKind::Bug, message).in_column(column)
        };
        let table = catalog.dialect.quote(&chosen.name);
        let mut filters = filters(job, chosen);
        // The cost of a subquery in a filter is unknown: then the sample is drawn from all rows.
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

    /// What a query for a sample selects, see [`Drawn::new`].
    pub fn select_list(&self, dialect: &Dialect) -> String {
        let literal = dialect.literal(&self.column, self.bound);
        if self.filters.is_empty() {
            return format!("{literal}, 1");
        }
        let filters = self.filters.join(" AND ");
        format!("{literal}, CASE WHEN {filters} THEN 1 ELSE 0 END")
    }
}
