//! PostgreSQL, by ConnectorX's stock source over `COPY … TO STDOUT (FORMAT BINARY)`.

mod array;
mod catalog;
pub(crate) mod error;
mod rows;
mod types;

use super::pooled::Single;
use super::{Catalog, Database, Extractor, Interrupt, Query, Session};
use crate::destination::UnitDestination;
use crate::job::Numeric;
use crate::{Error, ErrorKind, Result};
use connectorx::prelude::Dispatcher;
use connectorx::sources::postgres::rewrite_tls_args;
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use postgres::config::SslMode;
use postgres::{CancelToken, Config};
use postgres_openssl::MakeTlsConnector;
use r2d2::PooledConnection;
use r2d2_postgres::PostgresConnectionManager;
use rows::{PostgresSource, PostgresTransport};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What every session says first. A scan must begin at the table's start and come from one process, or its rows are not
/// in the order of the table. Arrays may travel as text, in which floating-point numbers must read back.
const SETTINGS: &str = "\
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET client_encoding = 'UTF8'; \
    SET extra_float_digits = 3; SET bytea_output = 'hex'; \
    SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; \
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '30s'; \
    SET default_transaction_read_only = on";
/// A scan of an index would give the index's order; a sequential or bitmap scan gives the table's.
const STORED_ORDER: &str = "SET enable_indexscan = off; SET enable_indexonlyscan = off";
const ANY_ORDER: &str = "RESET enable_indexscan; RESET enable_indexonlyscan";

type Manager = PostgresConnectionManager<MakeTlsConnector>;

/// A PostgreSQL server's database.
pub(super) struct Postgres {
    config: Config,
    tls: MakeTlsConnector,
    numeric: Option<Numeric>,
}

/// How to connect to the server of a URL: as ConnectorX reads it, with a deadline.
pub(crate) fn options(url: &Url) -> Result<(Config, MakeTlsConnector)> {
    refuse_unknown_sslmode(url)?;
    let (mut config, tls) = rewrite_tls_args(url).map_err(|cause| {
        let message = "--source: the URL has a parameter that is not known or not in order";
        Error::new(ErrorKind::Usage, message)
            .because(error::without_values(&cause))
            .advise(
                "parameters are those of libpq's connection URIs, as the postgres crate takes them",
            )
    })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("firstseen");
    }
    let tls = match tls {
        Some(tls) => tls,
        None => unused_tls(&mut config)?,
    };
    Ok((config, tls))
}

impl Postgres {
    /// `numeric`: what a numeric without precision is read as, if not as text.
    pub(super) fn new(url: &Url, numeric: Option<Numeric>) -> Result<Self> {
        let (config, tls) = options(url)?;
        Ok(Self {
            config,
            tls,
            numeric,
        })
    }

    /// A pool of one keeps its connection attempt within the deadline, whatever the server does.
    fn connect(&self) -> Result<(Single<Manager>, PooledConnection<Manager>)> {
        let manager = PostgresConnectionManager::new(self.config.clone(), self.tls.clone());
        let (single, mut connection) =
            Single::connect(manager, CONNECT_TIMEOUT, error::connecting)?;
        let set = connection.batch_execute(SETTINGS);
        set.map_err(|cause| error::in_use(&cause))?;
        Ok((single, connection))
    }
}

/// The client library panics on modes that it doesn't know.
fn refuse_unknown_sslmode(url: &Url) -> Result<()> {
    let mode = url.query_pairs().find(|(name, _)| name == "sslmode");
    match mode {
        Some((_, mode)) if !["disable", "prefer", "require"].contains(&mode.as_ref()) => {
            Err(Error::new(ErrorKind::Usage, format!("--source: sslmode={mode} is not known"))
                .advise("take disable, prefer or require; require with sslrootcert=FILE verifies the server's certificate"))
        }
        _ => Ok(()),
    }
}

/// `sslmode=disable` gives no connector, but one type of connection is enough: with this mode it is never asked.
fn unused_tls(config: &mut Config) -> Result<MakeTlsConnector> {
    config.ssl_mode(SslMode::Disable);
    let builder = SslConnector::builder(SslMethod::tls_client());
    let mut builder = builder
        .map_err(|cause| Error::new(ErrorKind::Bug, "TLS can't be set up").because(cause))?;
    builder.set_verify(SslVerifyMode::PEER);
    Ok(MakeTlsConnector::new(builder.build()))
}

impl Database for Postgres {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        let (_, connection) = self.connect()?;
        let catalog = catalog::PostgresCatalog::new(connection, self.numeric);
        Ok(Box::new(catalog))
    }

    fn session(&self, _extractor: Extractor) -> Result<Box<dyn Session>> {
        let (single, connection) = self.connect()?;
        let cancel = Cancel {
            token: connection.cancel_token(),
            tls: self.tls.clone(),
        };
        Ok(Box::new(PostgresSession { single, cancel }))
    }
}

struct PostgresSession {
    /// Holds the one connection between two units.
    single: Single<Manager>,
    cancel: Cancel,
}

impl Session for PostgresSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let mut connection = self.single.get()?;
        let scans = if query.stored_order {
            STORED_ORDER
        } else {
            ANY_ORDER
        };
        connection
            .batch_execute(scans)
            .map_err(|cause| error::in_use(&cause))?;
        let source = PostgresSource::new(connection);
        Dispatcher::<_, _, PostgresTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(self.cancel.clone())
    }
}

/// Cancels a session's query by a connection of its own.
#[derive(Clone)]
struct Cancel {
    token: CancelToken,
    tls: MakeTlsConnector,
}

impl Interrupt for Cancel {
    fn interrupt(&self) {
        // The query may have ended by itself meanwhile.
        let _ = self.token.cancel_query(self.tls.clone());
    }
}
