//! How each database writes SQL: data, which needs no connection.

use super::Bound;

/// What differs in the SQL of the plan's queries. In an expression `{}` stands for a quoted column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Stands around an identifier, and twice for each one within.
    pub quote_mark: char,
    /// A number as a literal of SQL, and NULL as NULL.
    pub number_literal: &'static str,
    /// A text, date or timestamp as a literal of SQL, and NULL as NULL.
    pub quoted_literal: &'static str,
    /// What follows an ascending column in ORDER BY, so that NULLs come before all values.
    pub nulls_first: &'static str,
    /// What follows a descending one, so that they come after all values.
    pub nulls_last: &'static str,
    /// What follows a table in FROM, so that its rows come in the order in which they are stored.
    pub stored_order: &'static str,
    /// Whether to plan a query locks what its conditions read: then it is pinned with them, too.
    pub pins_conditions: bool,
    /// A floating-point number's exact text. It is advice.
    pub float_as_text: &'static str,
    /// What a job locks.
    pub locks: Locks,
    /// The flag that reads a column of this name as text, where a type can be chosen for one.
    pub text_flag: Option<fn(&str) -> String>,
}

/// What a job locks, in words for the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locks {
    /// Until the job ends.
    pub held: &'static str,
    /// In addition with `--snapshot require`.
    pub required: &'static str,
}

impl Dialect {
    /// An identifier, quoted.
    pub fn quote(&self, identifier: &str) -> String {
        let mark = self.quote_mark;
        let doubled = identifier.replace(mark, &format!("{mark}{mark}"));
        format!("{mark}{doubled}{mark}")
    }

    /// A table's column, quoted: never the SELECT list's, which may be a cast to text that sorts otherwise.
    pub fn column(&self, table: &str, column: &str) -> String {
        format!("{}.{}", self.quote(table), self.quote(column))
    }

    /// The expression for a column's value as a literal of SQL, and for NULL as NULL.
    pub fn literal(&self, quoted: &str, bound: Bound) -> String {
        let expression = match bound {
            Bound::Number => self.number_literal,
            Bound::Quoted => self.quoted_literal,
        };
        expression.replace("{}", quoted)
    }

    /// What follows a column that may be NULL in ORDER BY: NULL is less than all values.
    pub fn nulls(&self, descending: bool) -> &'static str {
        if descending {
            self.nulls_last
        } else {
            self.nulls_first
        }
    }

    /// What follows FROM; `stored_order` asks for the order in which the rows are stored.
    pub fn table_reference(&self, table: &str, stored_order: bool) -> String {
        let hint = if stored_order { self.stored_order } else { "" };
        format!("{}{hint}", self.quote(table))
    }

    /// What follows FROM in queries that, planned, lock all that a query of the table with these conditions reads: without the
    /// conditions, which may leave partitions out, and with them, where they may have queries of their own.
    pub fn pinned(&self, from: &str, conditions: &[String]) -> Vec<String> {
        let mut froms = vec![from.to_owned()];
        if self.pins_conditions && !conditions.is_empty() {
            froms.push(format!("{from} WHERE {}", conditions.join(" AND ")));
        }
        froms
    }
}
