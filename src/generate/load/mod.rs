//! Loading: the same steps in every database, by the fastest ordinary method of each.
//!
//! In: a population and an observer. Out: the thirteen tables, all or none of them. Only base tables with these names are
//! ever dropped, and only with `--force`.

mod loader;
mod mysql;
mod postgres;
mod sqlite;

use super::population::Population;
use super::supply::{Observer, Supply};
use crate::job::SourceUrl;
use crate::{Error, ErrorKind, Result};
use loader::{Existing, Loader};

/// What to load, independent of the database.
pub(super) struct LoadOrder<'a> {
    pub(super) population: &'a Population<'a>,
    pub(super) with_key: bool,
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
    make_room(database, order)?;
    for table in order.population.tables() {
        let supply = Supply {
            population: order.population,
            table,
            with_key: order.with_key,
            observer: order.observer,
        };
        database.create(table.name, order.with_key)?;
        let rows = database
            .fill(&supply)
            .map_err(|error| error.in_table(table.name))?;
        expect_rows(&supply, rows)?;
    }
    Ok(())
}

/// Drops existing tables, if all of them may be dropped.
fn make_room(database: &mut dyn Loader, order: &LoadOrder<'_>) -> Result<()> {
    let names: Vec<&str> = order
        .population
        .tables()
        .iter()
        .map(|table| table.name)
        .collect();
    let existing = database.existing(&names)?;
    if let Some(other) = existing.iter().find(|existing| !existing.is_base_table) {
        return Err(not_ours(other));
    }
    match existing.first() {
        Some(first) if !order.force => Err(exists(first, existing.len())),
        _ => existing
            .iter()
            .try_for_each(|table| database.drop(&table.name)),
    }
}

fn expect_rows(supply: &Supply<'_>, rows: u64) -> Result<()> {
    if rows == supply.table.rows {
        return Ok(());
    }
    let (table, sent) = (supply.table.name, supply.table.rows);
    let message = format!("{sent} rows were sent, but the database counted {rows}");
    Err(Error::new(ErrorKind::Sums, message).in_table(table))
}

fn exists(table: &Existing, count: usize) -> Error {
    let others = match count - 1 {
        0 => String::new(),
        others => format!(", and so do {others} more of the thirteen tables"),
    };
    let message = format!("the table already exists{others}");
    Error::new(ErrorKind::Exists, message)
        .in_table(&table.name)
        .advise("choose another database, or pass --force to drop and recreate ID2000 to ID2012 and nothing else")
}

fn not_ours(object: &Existing) -> Error {
    let message = "an object with this name already exists and isn't an ordinary table";
    Error::new(ErrorKind::Exists, message)
        .in_table(&object.name)
        .advise("choose another database, or rename the object: even --force doesn't drop it")
}
