//! Loading: the same steps in every database, each by its fastest ordinary way.
//!
//! In: a population and who watches. Out: the thirteen tables, all or none of them. Only base tables of these names are
//! ever dropped, and only when forced.

mod loader;
mod mysql;
mod postgres;
mod sqlite;

use super::population::Population;
use super::supply::{Observer, Supply};
use crate::job::SourceUrl;
use crate::{Error, ErrorKind, Result};
use loader::{Loader, Taken};

/// What is to be loaded, whatever the database.
pub(super) struct LoadOrder<'a> {
    pub(super) population: &'a Population<'a>,
    pub(super) with_key: bool,
    pub(super) force: bool,
    pub(super) observer: &'a dyn Observer,
}

/// Makes the tables in `source`.
pub(super) fn load(source: &SourceUrl, order: &LoadOrder<'_>) -> Result<()> {
    match source {
        SourceUrl::Sqlite(path) => sqlite::load(path, order),
        SourceUrl::MySql(url) => mysql::load(url, order),
        SourceUrl::Postgres(url) => postgres::load(url, order),
    }
    .map_err(|error| error.without(&source.secrets()).within(source))
}

/// Makes room for the tables, makes them, and fills them one after the other.
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

/// Drops what stands in the way, if that is allowed for all of it.
fn make_room(database: &mut dyn Loader, order: &LoadOrder<'_>) -> Result<()> {
    let names: Vec<&str> = order
        .population
        .tables()
        .iter()
        .map(|table| table.name)
        .collect();
    let standing = database.standing(&names)?;
    if let Some(other) = standing.iter().find(|standing| !standing.is_base_table) {
        return Err(not_ours(other));
    }
    match standing.first() {
        Some(first) if !order.force => Err(exists(first, standing.len())),
        _ => standing
            .iter()
            .try_for_each(|table| database.drop(&table.name)),
    }
}

fn expect_rows(supply: &Supply<'_>, rows: u64) -> Result<()> {
    if rows == supply.table.rows {
        return Ok(());
    }
    let (table, sent) = (supply.table.name, supply.table.rows);
    let message = format!("{sent} rows were sent, but the database took {rows}");
    Err(Error::new(ErrorKind::Sums, message).in_table(table))
}

fn exists(table: &Taken, count: usize) -> Error {
    let others = match count - 1 {
        0 => String::new(),
        others => format!(", and {others} more of the thirteen tables"),
    };
    Error::new(
        ErrorKind::Exists,
        format!("table {} exists{others}", table.name),
    )
    .advise("--force drops and remakes ID2000 to ID2012, and nothing else")
}

fn not_ours(object: &Taken) -> Error {
    let message = format!("{} exists and is no plain table", object.name);
    Error::new(ErrorKind::Exists, message)
        .advise("not even --force drops it: choose another database, or rename it")
}
