//! The SQL that reads a table, or a range of it.

use super::{Chosen, PlannedColumn, columns};
use crate::Result;
use crate::job::Job;
use crate::source::Catalog;

/// What the queries of a table's units have in common: columns named one by one and in the plan's order, each by the
/// expression that loses nothing, and the filters.
pub(super) struct TableQuery {
    select: String,
    from: String,
    filters: Vec<String>,
}

impl TableQuery {
    pub fn new(
        job: &Job,
        catalog: &dyn Catalog,
        chosen: &Chosen,
        columns: &[PlannedColumn],
        stored_order: bool,
    ) -> Result<Self> {
        let mut select = columns::select_list(catalog, chosen, columns)?;
        if let Some(row_id) = chosen.table.row_id {
            select = format!("{select}, {}.{row_id}", catalog.quote(&chosen.name));
        }
        Ok(Self {
            select,
            from: catalog.table_reference(&chosen.name, stored_order),
            filters: filters(job, chosen),
        })
    }

    /// What follows FROM.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The user's conditions.
    pub fn filters(&self) -> &[String] {
        &self.filters
    }

    /// The query of the rows that a range holds, in an order.
    pub fn sql(&self, range: Option<String>, order_by: Option<&str>) -> String {
        let sql = self.of(&self.select, range);
        match order_by {
            Some(by) => format!("{sql} ORDER BY {by}"),
            None => sql,
        }
    }

    /// The query that counts the rows that a range holds.
    pub fn count_sql(&self, range: Option<String>) -> String {
        self.of("COUNT(*)", range)
    }

    fn of(&self, select: &str, range: Option<String>) -> String {
        let sql = format!("SELECT {select} FROM {}", self.from);
        let conditions: Vec<_> = self.filters.iter().cloned().chain(range).collect();
        if conditions.is_empty() {
            return sql;
        }
        format!("{sql} WHERE {}", conditions.join(" AND "))
    }
}

/// The user's filters of a table, each a condition that stands by itself.
pub(super) fn filters(job: &Job, chosen: &Chosen) -> Vec<String> {
    let filters = [&job.filter, &chosen.filter].into_iter().flatten();
    filters.map(|filter| format!("({filter}\n)")).collect()
}
