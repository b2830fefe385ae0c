//! What loading asks of a database.

use crate::Result;
use crate::generate::row::{COLUMNS, KEY_COLUMN};
use crate::generate::supply::Supply;

/// Something that stands where a table is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its name, as the catalogue writes it.
    pub(super) name: String,
    /// Whether it is a base table, rather than a view, a virtual table or the like.
    pub(super) is_base_table: bool,
}

/// A connection that can load. Names are the thirteen tables'; each implementation quotes them.
pub(super) trait Loader {
    /// Which of `names` are taken already, in their order.
    fn standing(&mut self, names: &[&str]) -> Result<Vec<Taken>>;

    /// Drops a base table, and nothing that depends on it.
    fn drop(&mut self, table: &str) -> Result<()>;

    /// Makes an empty table.
    fn create(&mut self, table: &str, with_key: bool) -> Result<()>;

    /// Fills an empty table; returns the rows that the database counted.
    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64>;
}

/// The statement that makes `table`, with names in `quote`s.
pub(super) fn create_statement(table: &str, with_key: bool, quote: char) -> String {
    let columns: Vec<String> = columns(with_key)
        .map(|(name, sql_type)| format!("{quote}{name}{quote} {sql_type}"))
        .collect();
    format!(
        "CREATE TABLE {quote}{table}{quote} ({})",
        columns.join(", ")
    )
}

/// The names of the columns as a list, in `quote`s.
pub(super) fn column_list(with_key: bool, quote: char) -> String {
    let names: Vec<String> = columns(with_key)
        .map(|(name, _)| format!("{quote}{name}{quote}"))
        .collect();
    names.join(", ")
}

fn columns(with_key: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    with_key.then_some(KEY_COLUMN).into_iter().chain(COLUMNS)
}
