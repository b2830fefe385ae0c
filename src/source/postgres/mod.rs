//! PostgreSQL: `COPY … TO STDOUT (FORMAT BINARY)`, read in place by firstseen's wire source or by ConnectorX's own source.

pub(crate) mod access;
mod array;
mod calls;
mod catalog;
mod connection;
mod copy;
mod described;
mod dialect;
mod elsewhere;
mod format;
#[cfg(fuzzing)]
pub(crate) use copy::fuzzing;
pub(crate) mod error;
mod locator;
mod relations;
mod rows;
mod session;
mod settings;
pub(crate) mod stock;
mod stored;
mod transaction;
mod types;
mod uuid;

use super::{Catalog, Database, Dialect, Extractor, Session, SessionFacts};
use crate::Result;
use crate::job::{ExtractorChoice, Numeric, Reading, ServerUrl, Waits};
use crate::secret::Secret;
use access::Access;
use catalog::PostgresCatalog;
pub(super) use dialect::DIALECT;
use std::sync::Arc;

/// A database of a PostgreSQL server.
pub(super) struct Postgres {
    access: Access,
    extractor: Extractor,
    /// The type as which a numeric without precision is read, if not as text.
    numeric: Option<Numeric>,
}

impl Postgres {
    pub(super) fn new(server: &ServerUrl, reading: &Reading, waits: &Waits) -> Result<Self> {
        let mut access = Access::new(server, waits)?;
        access.row_security = reading.row_security;
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

/// Chooses the server that the client library connects to.
pub(crate) fn choose(access: &Access) -> Result<()> {
    connection::start(access).map(drop)
}

impl Database for Postgres {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn catalog(&self, pins: bool) -> Result<(Box<dyn Catalog>, SessionFacts)> {
        let (connection, cancel) = connection::start(&self.access)?;
        let facts = SessionFacts {
            canceller: Some(Arc::new(cancel)),
            ..SessionFacts::of(self.extractor)
        };
        let catalog = PostgresCatalog::begin(connection, &self.access, self.numeric, pins)?;
        Ok((Box::new(catalog), facts))
    }

    fn session(&self, extractor: Extractor) -> Result<Box<dyn Session>> {
        match extractor {
            Extractor::Wire => session::session(&self.access),
            Extractor::ConnectorX => stock::session(&self.access),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        self.access.secrets()
    }
}
