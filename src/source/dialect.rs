//! How each database writes SQL, as data that needs no connection.

use super::Bound;

/// What differs in the SQL of the plan's queries. In an expression, `{}` stands for a quoted column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Encloses an identifier, and is doubled inside one.
    pub quote_mark: char,
    /// A number as an SQL literal, and NULL as NULL.
    pub number_literal: &'static str,
    /// A text, date or timestamp as an SQL literal, and NULL as NULL.
    pub quoted_literal: &'static str,
    /// What follows an ascending column in `ORDER BY` so that NULLs come before all values.
    pub nulls_first: &'static str,
    /// What follows a descending column so that NULLs come after all values.
    pub nulls_last: &'static str,
    /// What follows a table in `FROM` so that its rows come in the order in which they are stored.
    pub stored_order: &'static str,
    /// A floating-point number's exact text. Used in hints.
    pub float_as_text: &'static str,
    /// What a job locks.
    pub locks: Locks,
    /// Returns the flag that reads a column of this name as text, if column types can be chosen.
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
    /// Quotes an identifier.
    pub fn quote(&self, identifier: &str) -> String {
        let mark = self.quote_mark;
        let doubled = identifier.replace(mark, &format!("{mark}{mark}"));
        format!("{mark}{doubled}{mark}")
    }

    /// Quotes a table's column: never the one in the SELECT list, which might be a cast to text that sorts differently.
    pub fn column(&self, table: &str, column: &str) -> String {
        format!("{}.{}", self.quote(table), self.quote(column))
    }

    /// Returns the expression for a column's value as an SQL literal, and for NULL as NULL.
    pub fn literal(&self, quoted: &str, bound: Bound) -> String {
        let expression = match bound {
            Bound::Number => self.number_literal,
            Bound::Quoted => self.quoted_literal,
        };
        expression.replace("{}", quoted)
    }

    /// Returns the text that follows a nullable column in `ORDER BY`: NULL is less than all values.
    pub fn nulls(&self, descending: bool) -> &'static str {
        if descending {
            self.nulls_last
        } else {
            self.nulls_first
        }
    }

    /// Returns the text that follows `FROM`. `stored_order` asks for the order in which the rows are stored.
    pub fn table_reference(&self, table: &str, stored_order: bool) -> String {
        let hint = if stored_order { self.stored_order } else { "" };
        format!("{}{hint}", self.quote(table))
    }
}
