//! Reading by ConnectorX's stock source, over a connection of its client library: `--extractor connectorx`.

mod config;
mod rows;

pub(crate) use config::{config, connector};

use super::access::Access;
use super::settings::{Begins, opening, scans};
use super::{error, transaction};
use crate::Result;
use crate::destination::UnitDestination;
use crate::source::pooled::Single;
use crate::source::shared::Untransacted;
use crate::source::{Interrupt, Query, Session};
use connectorx::prelude::Dispatcher;
use postgres::{CancelToken, Client};
use postgres_openssl::MakeTlsConnector;
use r2d2_postgres::PostgresConnectionManager;
use rows::{PostgresSource, PostgresTransport};
use std::sync::Arc;

pub(super) type Manager = PostgresConnectionManager<MakeTlsConnector>;

/// A worker's session. The library itself would wait without an end: a pool of one keeps all of this within the deadline,
/// whatever the server does.
pub(super) fn session(access: &Access) -> Result<Box<dyn Session>> {
    let manager = PostgresConnectionManager::new(config(access)?, connector(access)?);
    let explain = |cause: &postgres::Error| error::connecting(cause, access);
    let timeout = access.connect_timeout();
    let (single, connection) = Single::connect(manager, timeout, |_| Ok(()), explain)?;
    let cancel = Cancel {
        token: connection.cancel_token(),
        tls: connector(access)?,
    };
    Ok(Box::new(StockSession {
        single,
        cancel,
        opening: opening(access, Begins::OneState(None)),
    }))
}

struct StockSession {
    /// Holds the one connection between two units.
    single: Single<Manager>,
    cancel: Cancel,
    /// What each unit's transaction begins with.
    opening: String,
}

impl Session for StockSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let mut connection = self.single.get()?;
        let begin = format!("{}; {}", self.opening, scans(query));
        execute(&mut connection, &begin)?;
        let source = PostgresSource::new(connection);
        Dispatcher::<_, _, PostgresTransport>::new(
            source,
            destination,
            &[query.sql.as_str()],
            None,
        )
        .run()?;
        let mut connection = self.single.get()?;
        execute(&mut connection, transaction::END)
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(self.cancel.clone())
    }
}

fn execute(client: &mut Client, statements: &str) -> Result<()> {
    let executed = client.batch_execute(statements);
    executed.map_err(|cause| error::in_use(&cause))
}

impl Untransacted for StockSession {}

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
