//! `generate`: the article's thirteen tables, at any scale, in any supported database.
//!
//! ```text
//! Scale ─▶ Shape: rows, newcomers and distinct persons of each table    scale, shape
//!   │ Draw: which person appears at which position of a table            draw, permutation, dice
//!   ▼
//! Population: that person's row, with hashes as ID and HASHIDV           population, row, calendar
//!   │ Supply: the rows of one table, with progress and interrupts        supply
//!   ▼
//! one transaction | LOAD DATA LOCAL or INSERT | COPY                     load
//! ```
//!
//! In: a scale, a seed and a database. Out: thirteen tables, and what a job must find in them. The same options produce
//! the same rows in the same order in every database and on every machine. At most a few thousand rows are in memory.
//! This module never touches a table that is not one of the thirteen.

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

/// What to generate, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database. A missing SQLite file is created if its folder exists.
    pub source: SourceUrl,
    /// The row counts, relative to the article's.
    pub scale: Scale,
    /// Distinct persons in all tables together; `None` scales the article's number like the rows.
    pub persons: Option<u64>,
    /// Another seed generates other persons in another order, with the same counts.
    pub seed: u64,
    /// Whether a first column `SEQ`, an integer primary key, counts the rows of each table from 1.
    pub with_key: bool,
    /// Whether base tables with these thirteen names are dropped first. Views and other objects are refused in any case.
    pub force: bool,
}

/// What the database now contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The thirteen tables, by year.
    pub tables: Vec<GeneratedTable>,
    /// Rows of all tables.
    pub rows: u64,
    /// Distinct `HASHIDV` values in all tables together.
    pub distinct: u64,
}

/// One table, and what a job over all thirteen must find in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedTable {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// Distinct `HASHIDV` values in it.
    pub distinct: u64,
    /// Those of them that no earlier table has.
    pub new: u64,
}

/// Generates the thirteen tables. Their columns are `ID CHAR(32), ID_BIRTHDAY DATE, ID_SEX CHAR(1), HASHIDV CHAR(32)`.
///
/// Names are quoted, so that PostgreSQL keeps their capitals. `HASHIDV` is the XXH3-128 hash of `ID` and the ISO
/// birthday, as 32 hexadecimal digits. In about one row in a thousand, `ID_SEX` differs from the person's sex.
///
/// If this fails or is interrupted, a SQLite or PostgreSQL database is unchanged. MySQL can't roll back CREATE TABLE and
/// DROP TABLE: the new tables are dropped again, and old ones that `force` dropped are gone.
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
