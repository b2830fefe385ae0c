//! The SQL that reads a table, or a range of it.

use super::Chosen;
use crate::job::Job;
use crate::source::Dialect;

/// What the queries of a table's units share: the columns in the plan's order, each read by the expression that loses
/// nothing, and the filters.
#[derive(Debug, Clone)]
pub(super) struct TableQuery {
    select: String,
    from: String,
    filters: Vec<String>,
}

impl TableQuery {
    pub fn new(
        dialect: &Dialect,
        chosen: &Chosen,
        mut select: String,
        filters: Vec<String>,
    ) -> Self {
        if let Some(row_id) = chosen.table.row_id {
            select = format!("{select}, {}", dialect.column(&chosen.name, row_id));
        }
        Self {
            select,
            from: dialect.table_reference(&chosen.name, false),
            filters,
        }
    }

    /// The same query, with its rows in stored order.
    pub fn as_stored(&self, dialect: &Dialect, chosen: &Chosen) -> Self {
        Self {
            from: dialect.table_reference(&chosen.name, true),
            ..self.clone()
        }
    }

    /// The same rows by other expressions.
    pub fn with_select(&self, chosen: &Chosen, dialect: &Dialect, select: String) -> Self {
        let filters = self.filters.clone();
        Self {
            from: self.from.clone(),
            ..Self::new(dialect, chosen, select, filters)
        }
    }

    /// The query for the rows that meet a condition, whatever the user's conditions are.
    pub fn unfiltered(&self, condition: &str) -> String {
        format!(
            "SELECT {} FROM {} WHERE {condition}",
            self.select, self.from
        )
    }

    /// The user's conditions.
    pub fn filters(&self) -> &[String] {
        &self.filters
    }

    /// What follows `FROM`.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The query for a range's rows, in the given order.
    pub fn sql(&self, range: Option<String>, order_by: Option<&str>) -> String {
        let sql = self.of(&self.select, range);
        match order_by {
            Some(by) => format!("{sql} ORDER BY {by}"),
            None => sql,
        }
    }

    /// The query that counts a range's rows.
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

/// The user's filters for a table, each in parentheses. The line feed ends a comment in the filter.
pub(super) fn filters(job: &Job, chosen: &Chosen) -> Vec<String> {
    let filters = [&job.filter, &chosen.filter].into_iter().flatten();
    filters.map(|filter| format!("({filter}\n)")).collect()
}
