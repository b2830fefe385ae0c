//! PostgreSQL, by `COPY … TO STDOUT (FORMAT BINARY)`: read in place by a source of our own, or by ConnectorX's stock source.

pub(crate) mod access;
mod array;
mod catalog;
mod connection;
mod copy;
#[cfg(fuzzing)]
pub(crate) use copy::fuzzing;
pub(crate) mod error;
mod rows;
mod session;
pub(crate) mod stock;
mod types;
mod uuid;

use super::{Catalog, Database, Extractor, Gate, Query, Session};
use crate::job::{ExtractorChoice, Numeric, Reading, ServerUrl, Waits};
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use access::Access;
use std::collections::HashMap;

/// What every session says first. A scan must begin at the table's start and come from one process, or its rows are not
/// in the order of the table. Arrays may travel as text, in which floating-point numbers must read back.
fn settings(waits: &Waits) -> String {
    let lock_secs = waits.lock.as_secs();
    format!(
        "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET client_encoding = 'UTF8'; \
         SET extra_float_digits = 3; SET bytea_output = 'hex'; \
         SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; \
         SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '{lock_secs}s'; \
         SET default_transaction_read_only = on"
    )
}
/// A scan of an index would give the index's order; a sequential or bitmap scan gives the table's.
const STORED_ORDER: &str = "SET enable_indexscan = off; SET enable_indexonlyscan = off";
const ANY_ORDER: &str = "RESET enable_indexscan; RESET enable_indexonlyscan";

/// What a session says before a query.
fn scans(query: &Query) -> &'static str {
    if query.stored_order {
        STORED_ORDER
    } else {
        ANY_ORDER
    }
}

/// A PostgreSQL server's database.
pub(super) struct Postgres {
    access: Access,
    extractor: Extractor,
    /// What a numeric without precision is read as, if not as text.
    numeric: Option<Numeric>,
}

impl Postgres {
    pub(super) fn new(server: &ServerUrl, reading: &Reading, waits: &Waits) -> Result<Self> {
        let access = Access::new(server, waits)?;
        let extractor = match reading.extractor {
            ExtractorChoice::ConnectorX => Extractor::ConnectorX,
            ExtractorChoice::Auto | ExtractorChoice::Wire => Extractor::Wire,
        };
        Ok(Self {
            access,
            extractor,
            numeric: reading.numeric,
        })
    }
}

/// Finds the server that the client library is to connect to.
pub(crate) fn choose(access: &Access) -> Result<()> {
    connection::start(access).map(drop)
}

impl Database for Postgres {
    fn catalog(&self, pins: bool) -> Result<Box<dyn Catalog>> {
        choose(&self.access)?;
        let (_, client) = stock::connect(&self.access, catalog::first(pins))?;
        Ok(Box::new(catalog::PostgresCatalog {
            client,
            prepared: HashMap::new(),
            extractor: self.extractor,
            numeric: self.numeric,
            pins,
        }))
    }

    fn session(&self, extractor: Extractor) -> Result<Box<dyn Session>> {
        match extractor {
            Extractor::Wire => session::session(&self.access),
            Extractor::ConnectorX => stock::session(&self.access),
        }
    }

    /// A snapshot is exported instead.
    fn gate(&self) -> Result<Gate> {
        Err(Error::new(ErrorKind::Bug, "PostgreSQL has no gate"))
    }

    fn secrets(&self) -> Vec<Secret> {
        self.access.secrets()
    }
}
