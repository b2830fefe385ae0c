//! The flags that choose the tables, checked.

use crate::generate::Tables;
use crate::{Error, ErrorKind, Result};
use clap::Args;

#[derive(Args)]
pub(super) struct TablesArgs {
    /// Distinct persons [default: 1,001,413 times the scale]
    #[arg(long, value_name = "N")]
    persons: Option<u64>,
    /// Add a first column SEQ, an integer primary key
    #[arg(long)]
    with_key: bool,
    /// Make five wide tables instead: 42 columns, about 1 KB a row
    ///
    /// WIDE1 to WIDE5 with 400,000 rows each, times the scale. They have a primary key ID; HASHIDV is the key to deduplicate by.
    #[arg(long)]
    wide: bool,
    /// Percentage of the wide tables' rows that have a new key [default: 20]
    ///
    /// Above 0 and up to 100. Keys come as if drawn at random, so most of the new ones are in the first table.
    #[arg(long, value_name = "PERCENT")]
    survivors: Option<String>,
}

impl TablesArgs {
    pub(super) fn tables(self) -> Result<Tables> {
        let Self {
            persons,
            with_key,
            wide,
            survivors,
        } = self;
        match (wide, persons, survivors) {
            (false, _, Some(_)) => Err(only_for_wide()),
            (true, Some(_), _) => Err(persons_of_wide()),
            (true, None, _) if with_key => Err(key_of_wide()),
            (false, persons, None) => Ok(Tables::Registry { persons, with_key }),
            (true, None, survivors) => Ok(Tables::Wide {
                survivors: survivors.map_or(Ok(<_>::default()), |percent| percent.parse())?,
            }),
        }
    }
}

fn only_for_wide() -> Error {
    Error::new(ErrorKind::Usage, "--survivors is only for wide tables")
        .advise("add --wide, or leave it out")
}

fn persons_of_wide() -> Error {
    Error::new(ErrorKind::Usage, "--persons is not for wide tables")
        .advise("give --survivors instead: the percentage of rows that have a new key")
}

fn key_of_wide() -> Error {
    Error::new(ErrorKind::Usage, "--with-key is not for wide tables")
        .advise("leave it out: wide tables always have a primary key")
}
