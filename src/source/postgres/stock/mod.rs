//! Reading with ConnectorX's own source, over a connection of its client library: `--extractor connectorx`.

mod config;
mod rows;

pub(crate) use config::{config, connector};

use super::access::Access;
use super::connection::start;
use super::format::PostgresValues;
use super::settings::{Isolation, opening, scans};
use super::{error, transaction};
use crate::destination::{Intake, UnitDestination};
use crate::source::one_query::OneQuery;
use crate::source::pooled::Single;
use crate::source::shared::Untransacted;
use crate::source::{Query, QueryCanceller, Session};
use crate::{Error, ErrorKind, Result};
use connectorx::prelude::Dispatcher;
use postgres::{CancelToken, Client, SimpleQueryMessage};
use postgres_openssl::MakeTlsConnector;
use r2d2_postgres::PostgresConnectionManager;
use rows::{PostgresRows, PostgresTransport};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) type Manager = PostgresConnectionManager<MakeTlsConnector>;

/// A worker's session.
pub(super) fn session(access: &Access) -> Result<Box<dyn Session>> {
    let (single, token) = connect(access)?;
    Ok(Box::new(StockSession {
        single: Some(single),
        cancel: Canceller {
            target: Arc::new(Mutex::new(CancelTarget {
                token,
                backend: None,
            })),
            access: access.clone(),
            tls: connector(access)?,
        },
        opening: opening(access, Isolation::Snapshot(None)),
    }))
}

/// Connects within the deadline. The library alone could wait forever; a pool of one connection enforces the deadline whatever
/// the server does. An empty transaction checks that a pooler has a connection, too.
fn connect(access: &Access) -> Result<(Single<Manager>, CancelToken)> {
    let manager = PostgresConnectionManager::new(config(access)?, connector(access)?);
    let explain = |cause: &postgres::Error| error::connecting(cause, || access.no_password());
    let timeout = access.connect_timeout();
    let begin = |client: &mut Client| client.batch_execute("BEGIN READ ONLY; ROLLBACK");
    let (single, connection) = Single::connect(manager, timeout, begin, explain)?;
    Ok((single, connection.cancel_token()))
}

struct StockSession {
    /// Holds the only connection between two units; `None` if the next unit needs a new one.
    single: Option<Single<Manager>>,
    cancel: Canceller,
    /// The statements that begin each unit's transaction.
    opening: String,
}

impl StockSession {
    fn single(&mut self) -> Result<&Single<Manager>> {
        if self.single.is_none() {
            let (single, token) = connect(&self.cancel.access)?;
            self.cancel.target().token = token;
            self.single = Some(single);
        }
        let lost = || Error::new(ErrorKind::Bug, "the session has no connection");
        self.single.as_ref().ok_or_else(lost)
    }

    /// Ends the unit's transaction. To look up types that are not built in, the library prepares named statements and keeps
    /// them while it is connected. A pooler would pass them on, so they are deallocated.
    fn end(&mut self) -> Result<()> {
        let mut connection = self.single()?.get()?;
        let named = "SELECT quote_ident(name) FROM pg_prepared_statements WHERE NOT from_sql";
        let found = connection.simple_query(named);
        let found = found.map_err(|cause| error::in_use(&cause))?;
        let named: Vec<String> = found.iter().filter_map(first_cell).collect();
        let ends = named.iter().map(|name| format!("DEALLOCATE {name}"));
        let all: Vec<String> = std::iter::once(transaction::END.to_owned())
            .chain(ends)
            .collect();
        execute(&mut connection, &all.join("; "))?;
        if !named.is_empty() {
            self.single = None;
        }
        Ok(())
    }
}

impl Session for StockSession {
    fn intake(&self) -> Intake {
        Intake::Staged(&PostgresValues)
    }

    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let first = format!("{}; {}", self.opening, scans(query));
        let mut connection = self.single()?.get()?;
        let begun = connection.simple_query(&first);
        let begun = begun.map_err(|cause| error::in_use(&cause))?;
        self.cancel.target().backend = begun.iter().find_map(first_cell);
        let source = OneQuery::new(PostgresRows::new(connection));
        Dispatcher::<_, _, PostgresTransport>::new(
            source,
            destination,
            &[query.sql.as_str()],
            None,
        )
        .run()?;
        self.end()
    }

    fn canceller(&self) -> Arc<dyn QueryCanceller> {
        Arc::new(self.cancel.clone())
    }
}

fn execute(client: &mut Client, statements: &str) -> Result<()> {
    let executed = client.batch_execute(statements);
    executed.map_err(|cause| error::in_use(&cause))
}

impl Untransacted for StockSession {}

fn first_cell(message: &SimpleQueryMessage) -> Option<String> {
    match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }
}

/// Cancels a session's query over a separate connection: with a statement or, if that fails, with the protocol's request. After
/// such a request the library disconnects immediately, which can crash a pooler (`PgBouncer`'s issue 801).
#[derive(Clone)]
struct Canceller {
    target: Arc<Mutex<CancelTarget>>,
    access: Access,
    tls: MakeTlsConnector,
}

/// What to cancel on the session's current connection.
struct CancelTarget {
    token: CancelToken,
    /// The server process that runs the unit's query, even through a pooler.
    backend: Option<String>,
}

impl Canceller {
    fn target(&self) -> MutexGuard<'_, CancelTarget> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn by_statement(&self, backend: &str) -> Result<()> {
        let (mut connection, _) = start(&self.access)?;
        transaction::begin(&mut connection, &self.access, Isolation::ReadCommitted)?;
        let cancel = format!("SELECT pg_cancel_backend({backend})");
        connection.text_rows(&cancel).map_err(error::broken)?;
        transaction::leave(&mut connection);
        Ok(())
    }
}

impl QueryCanceller for Canceller {
    fn cancel_query(&self) {
        let (token, backend) = {
            let target = self.target();
            (target.token.clone(), target.backend.clone())
        };
        if backend.is_none_or(|backend| self.by_statement(&backend).is_err()) {
            // The query may have ended in the meantime.
            let _ = token.cancel_query(self.tls.clone());
        }
    }
}
