//! What loading needs from a database.

use crate::Result;
use crate::generate::content::Column;
use crate::generate::supply::Supply;

/// Something that already has the name of a table to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    /// Its name, as spelled in the catalog.
    pub(super) name: String,
    /// Whether it is a base table rather than, for example, a view or a virtual table.
    pub(super) is_base_table: bool,
}

/// A connection that can load. Each implementation quotes the names of tables and columns.
pub(super) trait Loader {
    /// What already has one of `names`, in their order.
    fn existing(&mut self, names: &[&str]) -> Result<Vec<Existing>>;

    /// Drops a base table, but nothing that depends on it.
    fn drop(&mut self, table: &str) -> Result<()>;

    /// Creates an empty table.
    fn create(&mut self, table: &str, columns: &[Column]) -> Result<()>;

    /// Fills an empty table and returns the number of rows that the database counted.
    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64>;
}

/// The statement that creates `table`, with names in `quote`s.
pub(super) fn create_statement(table: &str, columns: &[Column], quote: char) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|Column { name, sql_type }| format!("{quote}{name}{quote} {sql_type}"))
        .collect();
    format!(
        "CREATE TABLE {quote}{table}{quote} ({})",
        columns.join(", ")
    )
}

/// The column names as a list, in `quote`s.
pub(super) fn column_list(columns: &[Column], quote: char) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("{quote}{}{quote}", column.name))
        .collect();
    names.join(", ")
}
