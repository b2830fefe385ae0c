//! MySQL and MariaDB: read in place over the text protocol, or through ConnectorX's own source over the binary protocol.

mod catalog;
mod cells;
mod chunk;
mod client;
mod commit_lock;
mod connection;
mod dialect;
pub(crate) mod error;
mod filters;
mod format;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod indexes;
mod kill;
mod locator;
pub(crate) mod login;
mod rows;
mod sent;
mod settings;
mod stock;
mod transaction;
mod types;

use super::in_place;
use super::lease::Lender;
use super::one_query::OneQuery;
use super::pooled::Single;
use super::shared::{Untransacted, number};
use super::{
    Begin, Catalog, CommitLock, Database, Dialect, Extractor, Named, Query, QueryCanceller,
    Session, SessionFacts, Transaction,
};
use crate::Result;
use crate::destination::{Intake, UnitDestination};
use crate::job::{ExtractorChoice, ServerUrl, Waits};
use crate::secret::Secret;
use catalog::MySqlCatalog;
use client::Client;
use connection::Connection;
use connectorx::prelude::Dispatcher;
pub(super) use dialect::DIALECT;
use format::{MySqlText, MySqlValues};
use kill::Kill;
use login::Login;
use r2d2_mysql::MySqlConnectionManager;
use rows::WireRows;
use std::sync::Arc;
use stock::{MySqlRows, MySqlTransport};

/// A database on a MySQL or MariaDB server.
pub(super) struct MySql {
    login: Login,
    extractor: ExtractorChoice,
    waits: Waits,
}

impl MySql {
    pub(super) fn new(
        server: &ServerUrl,
        extractor: ExtractorChoice,
        waits: &Waits,
    ) -> Result<Self> {
        Ok(Self {
            login: Login::parse(server)?,
            extractor,
            waits: waits.clone(),
        })
    }
}

impl Database for MySql {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn catalog(&self, pins: bool) -> Result<(Box<dyn Catalog>, SessionFacts)> {
        let (client, why_stock) = client::connect(&self.login, self.extractor, &self.waits)?;
        let facts = SessionFacts {
            warnings: why_stock.into_iter().collect(),
            ..SessionFacts::of(client.extractor())
        };
        Ok((Box::new(MySqlCatalog::new(client, pins)?), facts))
    }

    fn session(&self, extractor: Extractor) -> Result<Box<dyn Session>> {
        let (client, _) = client::connect(&self.login, extractor.choice(), &self.waits)?;
        Ok(match client {
            Client::Wire(connection) => Box::new(WireSession {
                canceller: Arc::new(Kill::wire(&self.login, &connection)?),
                home: Lender::of(*connection),
            }),
            Client::Stock(session) => Box::new(StockSession {
                canceller: Arc::new(Kill::stock(&self.login, session.connection.connection_id())),
                single: session.single,
            }),
        })
    }

    fn commit_lock(&self) -> Result<CommitLock> {
        commit_lock::commit_lock(&self.login, &self.waits)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.login.password.iter().cloned().collect()
    }
}

/// A native connection.
struct WireSession {
    home: Lender<Connection>,
    canceller: Arc<Kill>,
}

impl Session for WireSession {
    fn intake(&self) -> Intake {
        Intake::Gated(&MySqlText)
    }

    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let schema = Arc::clone(destination.planned_schema());
        let rows = WireRows::new(self.home.lend()?, schema);
        in_place::read(rows, query, destination)
    }

    fn canceller(&self) -> Arc<dyn QueryCanceller> {
        Arc::clone(&self.canceller) as Arc<dyn QueryCanceller>
    }
}

impl Transaction for WireSession {
    fn begin(&mut self, _begin: &Begin) -> Result<()> {
        transaction::begin(self.home.lend()?.get_mut()?)
    }

    fn server(&mut self) -> Result<Option<String>> {
        let rows = self
            .home
            .lend()?
            .get_mut()?
            .text_rows(transaction::SERVER)?;
        Ok(transaction::cell(&rows))
    }

    fn witness(&mut self) -> Result<Option<String>> {
        transaction::witness(self.home.lend()?.get_mut()?)
    }

    fn pin(&mut self, tables: &[Named]) -> Result<()> {
        transaction::pin(self.home.lend()?.get_mut()?, tables)
    }

    fn count(&mut self, sql: &str) -> Result<u64> {
        number(&self.home.lend()?.get_mut()?.text_rows(sql)?)
    }

    fn end(&mut self) -> Result<()> {
        self.home.lend()?.get_mut()?.execute("ROLLBACK")
    }
}

/// ConnectorX's client.
struct StockSession {
    /// Keeps the one connection between two units.
    single: Single<MySqlConnectionManager>,
    canceller: Arc<Kill>,
}

impl Session for StockSession {
    fn intake(&self) -> Intake {
        Intake::Staged(&MySqlValues)
    }

    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let connection = self.single.get()?;
        let source = OneQuery::new(MySqlRows { connection });
        Dispatcher::<_, _, MySqlTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn canceller(&self) -> Arc<dyn QueryCanceller> {
        Arc::clone(&self.canceller) as Arc<dyn QueryCanceller>
    }
}

impl Untransacted for StockSession {}
