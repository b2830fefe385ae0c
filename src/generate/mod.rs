//! `generate`: the article's thirteen tables, or five wide ones, at any scale, in any supported database.
//!
//! ```text
//! Scale ─▶ shapes: rows and entries of each table                        scale, survivors, shape
//!   │ Draw: which entry appears at which position of a table             draw, permutation, dice
//!   ▼
//! Content: columns, and tables that compute their rows                   content, row, calendar
//!   │   the article's persons, with hashes as ID and HASHIDV             registry
//!   │   42 columns of about 1 KB, with a chosen share of new keys        wide
//!   │ Supply: the rows of one table, with progress and interrupts        supply
//!   ▼
//! one transaction | LOAD DATA LOCAL or INSERT | COPY                     load
//! ```
//!
//! In: a scale, a seed and a database. Out: tables, and what a job must find in them. The same options produce the same rows
//! in the same order in every database and on every machine. At most a few thousand rows are in memory. This module never
//! touches a table with another name.

mod calendar;
mod content;
mod decimal;
mod dice;
mod draw;
mod load;
mod permutation;
mod registry;
mod row;
mod scale;
mod shape;
mod supply;
mod survivors;
mod wide;

pub use scale::Scale;
pub use supply::Observer;
pub use survivors::Survivors;

use crate::Result;
use crate::job::SourceUrl;
use content::{Content, Table};
use load::LoadOrder;

/// What to generate, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database. A missing SQLite file is created if its folder exists.
    pub source: SourceUrl,
    /// Which tables.
    pub tables: Tables,
    /// The row counts, relative to those of the scale 1.
    pub scale: Scale,
    /// Another seed generates other entries in another order, with the same counts.
    pub seed: u64,
    /// Whether base tables with the names of the new ones are dropped first. Views and other objects are refused in any case.
    pub force: bool,
}

/// Which tables to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// The article's thirteen tables, `ID2000` to `ID2012`: 15,096,590 rows at scale 1. Their columns are `ID CHAR(32),
    /// ID_BIRTHDAY DATE, ID_SEX CHAR(1), HASHIDV CHAR(32)`.
    ///
    /// `HASHIDV` is the XXH3-128 hash of `ID` and the ISO birthday, as 32 hexadecimal digits. In about one row in a thousand,
    /// `ID_SEX` differs from the person's sex.
    Registry {
        /// Distinct persons in all tables together; `None` scales the article's number like the rows.
        persons: Option<u64>,
        /// Whether a first column `SEQ`, an integer primary key, counts the rows of each table from 1.
        with_key: bool,
    },
    /// `WIDE1` to `WIDE5`: 2,000,000 rows at scale 1, of 42 columns and about 1 KB. `ID`, an integer primary key, counts the rows
    /// of each table from 1. `HASHIDV CHAR(64)` is the key. The other columns are integers, decimals, a double, dates, times and
    /// text, with some NULLs; their values don't depend on the key.
    Wide {
        /// The share of all rows that have a new key. Keys come as if drawn at random, so most of the new ones are in the first
        /// table.
        survivors: Survivors,
    },
}

/// What the database now contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The tables, in the order in which a job reads them.
    pub tables: Vec<GeneratedTable>,
    /// Rows of all tables.
    pub rows: u64,
    /// Distinct `HASHIDV` values in all tables together.
    pub distinct: u64,
}

/// One table, and what a job over all of them must find in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Generates the tables. Names are quoted, so that PostgreSQL keeps their capitals.
///
/// If this fails or is interrupted, a SQLite or PostgreSQL database is unchanged. MySQL can't roll back CREATE TABLE and
/// DROP TABLE: the new tables are dropped again, and old ones that `force` dropped are gone.
pub fn generate(options: &Options, observer: &dyn Observer) -> Result<Generated> {
    let Options {
        source,
        tables,
        scale,
        seed,
        force,
    } = options;
    let content = tables.content(*scale, *seed)?;
    let order = LoadOrder {
        content: &content,
        force: *force,
        observer,
    };
    load::load(source, &order)?;
    Ok(Generated::of(&content))
}

impl Tables {
    fn content(self, scale: Scale, seed: u64) -> Result<Content> {
        match self {
            Self::Registry { persons, with_key } => {
                registry::content(scale, persons, with_key, seed)
            }
            Self::Wide { survivors } => wide::content(scale, survivors, seed),
        }
    }
}

impl Generated {
    fn of(content: &Content) -> Self {
        let tables: Vec<_> = content.tables.iter().map(Table::counts).collect();
        Self {
            rows: tables.iter().map(|table| table.rows).sum(),
            distinct: tables.iter().map(|table| table.new).sum(),
            tables,
        }
    }
}

#[cfg(test)]
mod tests;
