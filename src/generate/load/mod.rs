//! Loading: the same steps in every database, by the fastest ordinary method of each.
//!
//! In: the content and an observer. Out: its tables, all or none of them. Only base tables with their names are ever dropped,
//! and only with `--force`.

mod loader;
mod mysql;
mod postgres;
mod sqlite;

use super::content::{Content, Table};
use super::supply::{Observer, Supply};
use crate::job::SourceUrl;
use crate::{Error, ErrorKind, Result};
use loader::{Existing, Loader};

/// What to load, independent of the database.
pub(super) struct LoadOrder<'a> {
    pub(super) content: &'a Content,
    pub(super) force: bool,
    pub(super) observer: &'a dyn Observer,
}

/// Creates the tables in `source`.
pub(super) fn load(source: &SourceUrl, order: &LoadOrder<'_>) -> Result<()> {
    match source {
        SourceUrl::Sqlite(path) => sqlite::load(path, order),
        SourceUrl::MySql(url) => mysql::load(url, order),
        SourceUrl::Postgres(url) => postgres::load(url, order),
    }
    .map_err(|error| error.without(&source.secrets()).within(source))
}

/// Drops what has to go, then creates and fills the tables one after the other.
fn fill(database: &mut dyn Loader, order: &LoadOrder<'_>) -> Result<()> {
    let Content { columns, tables } = order.content;
    let names: Vec<&str> = tables.iter().map(Table::name).collect();
    make_room(database, &names, order.force)?;
    for table in tables {
        let supply = Supply {
            columns,
            table,
            observer: order.observer,
        };
        database.create(table.name(), columns)?;
        let rows = database
            .fill(&supply)
            .map_err(|error| error.in_table(table.name()))?;
        expect_rows(table, rows)?;
    }
    Ok(())
}

/// Drops existing tables, if all of them may be dropped.
fn make_room(database: &mut dyn Loader, names: &[&str], force: bool) -> Result<()> {
    let existing = database.existing(names)?;
    if let Some(other) = existing.iter().find(|existing| !existing.is_base_table) {
        return Err(not_ours(other));
    }
    match existing.first() {
        Some(first) if !force => Err(exists(first, existing.len(), names)),
        _ => existing
            .iter()
            .try_for_each(|table| database.drop(&table.name)),
    }
}

fn expect_rows(table: &Table, rows: u64) -> Result<()> {
    let sent = table.counts.rows;
    if rows == sent {
        return Ok(());
    }
    let message = format!("{sent} rows were sent, but the database counted {rows}");
    Err(Error::new(ErrorKind::Sums, message).in_table(table.name()))
}

fn exists(table: &Existing, count: usize, names: &[&str]) -> Error {
    let others = match count - 1 {
        0 => String::new(),
        others => format!(", and so do {others} more of the {} tables", names.len()),
    };
    let message = format!("the table already exists{others}");
    let [first, .., last] = names else {
        return Error::new(ErrorKind::Exists, message).in_table(&table.name);
    };
    Error::new(ErrorKind::Exists, message)
        .in_table(&table.name)
        .advise(format!("choose another database, or pass --force to drop and recreate {first} to {last} and nothing else"))
}

fn not_ours(object: &Existing) -> Error {
    let message = "an object with this name already exists and isn't an ordinary table";
    Error::new(ErrorKind::Exists, message)
        .in_table(&object.name)
        .advise("choose another database, or rename the object: even --force doesn't drop it")
}
