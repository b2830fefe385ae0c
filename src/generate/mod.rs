//! `generate`: the article's thirteen tables, at any scale, in any of the databases.
//!
//! ```text
//! Scale ─▶ Shape: rows, newcomers and distinct persons of each table    scale, shape
//!   │ Draw: which person stands at which place of a table                draw, permutation, dice
//!   ▼
//! Population: that person's row, ID and HASHIDV from hashes              population, row, calendar
//!   │ Supply: the rows of one table, reported and stopped on the way     supply
//!   ▼
//! one transaction | LOAD DATA LOCAL or INSERT | COPY                     load
//! ```
//!
//! In: a scale, a seed and a database. Out: thirteen tables, and what a job must find in them. The same options make
//! the same rows in the same order on every database and machine. No more than a few thousand rows are in memory.
//! This room never touches a table that is not one of the thirteen.

mod calendar;
mod dice;
mod draw;
mod load;
mod permutation;
mod population;
mod row;
mod scale;
mod shape;
mod supply;

pub use scale::Scale;
pub use supply::Observer;

use crate::Result;
use crate::job::SourceUrl;
use load::LoadOrder;
use population::Population;
use shape::{Shape, TableShape};

/// What to make, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database. A missing SQLite file is made, in a folder that exists.
    pub source: SourceUrl,
    /// How much of the article's row counts.
    pub scale: Scale,
    /// Distinct persons over all tables; `None`: the article's, by the same scale as the rows.
    pub persons: Option<u64>,
    /// Other seeds make other persons in another order, with the same counts.
    pub seed: u64,
    /// Whether a first column `SEQ`, an integer primary key, counts the rows of each table from 1.
    pub with_key: bool,
    /// Whether base tables of these thirteen names are dropped first. Views and the like are refused even so.
    pub force: bool,
}

/// What stands in the database now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The thirteen tables, by year.
    pub tables: Vec<GeneratedTable>,
    /// Rows of all tables.
    pub rows: u64,
    /// Different `HASHIDV` over all tables.
    pub distinct: u64,
}

/// One table, and what a job over all thirteen must find in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedTable {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// Different `HASHIDV` in it.
    pub distinct: u64,
    /// Of these, the ones that no earlier table has.
    pub new: u64,
}

/// Makes the thirteen tables; the columns are `ID CHAR(32), ID_BIRTHDAY DATE, ID_SEX CHAR(1), HASHIDV CHAR(32)`.
///
/// Names are quoted, so that PostgreSQL keeps their capitals. `HASHIDV` is the XXH3-128 hash of `ID` and the ISO
/// birthday, as 32 hexadecimal digits. About one row in a thousand has the other `ID_SEX` than its person's.
///
/// If it fails or is interrupted, SQLite and PostgreSQL are as they were. MySQL can't roll back tables: the new ones are
/// dropped again, and the old ones that `force` dropped are gone.
pub fn generate(options: &Options, observer: &dyn Observer) -> Result<Generated> {
    let Options {
        source,
        scale,
        persons,
        seed,
        with_key,
        force,
    } = options;
    let shape = Shape::new(*scale, *persons)?;
    let population = Population::new(&shape, *seed);
    let order = LoadOrder {
        population: &population,
        with_key: *with_key,
        force: *force,
        observer,
    };
    load::load(source, &order)?;
    Ok(Generated::of(&shape))
}

impl Generated {
    fn of(shape: &Shape) -> Self {
        Self {
            tables: shape.tables().iter().map(GeneratedTable::of).collect(),
            rows: shape.tables().iter().map(|table| table.rows).sum(),
            distinct: shape.persons(),
        }
    }
}

impl GeneratedTable {
    fn of(table: &TableShape) -> Self {
        Self {
            table: table.name,
            rows: table.rows,
            distinct: table.distinct(),
            new: table.new,
        }
    }
}

#[cfg(test)]
mod tests;
