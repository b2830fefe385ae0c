//! MySQL and MariaDB, by ConnectorX's stock source over the binary protocol.

mod catalog;
pub(crate) mod error;
mod rows;
mod types;

use super::pooled::Single;
use super::{Catalog, Database, Interrupt, Query, Session};
use crate::destination::UnitDestination;
use crate::{Error, ErrorKind, Result};
use connectorx::prelude::Dispatcher;
use connectorx::sources::mysql::build_opts;
use r2d2::PooledConnection;
use r2d2_mysql::MySqlConnectionManager;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Error as ClientError, Opts, OptsBuilder};
use rows::{MySqlSource, MySqlTransport};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that a sort compares of a value: more than the longest key of an index, 3,072.
const MAX_SORT_LENGTH: u32 = 4096;

/// What every session says first, as the big dump tools do. `sql_mode` also decides how a `--where` is read; the zone
/// decides what it selects of a TIMESTAMP. The write timeout is how long the server waits for a reader that stalls.
const SETTINGS: [&str; 7] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = ''",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION lock_wait_timeout = 30",
    // MAX_SORT_LENGTH
    "SET SESSION max_sort_length = 4096",
    "SET SESSION TRANSACTION READ ONLY",
];

/// A MySQL or MariaDB server's database.
pub(super) struct MySql {
    options: OptsBuilder,
}

/// How to connect to the server of a URL: as ConnectorX reads it, with a deadline, and by a socket only if the URL says so.
pub(crate) fn options(url: &Url) -> Result<OptsBuilder> {
    let wants_socket = url.query_pairs().any(|(name, _)| name == "socket");
    let options = build_opts(url.as_str()).map_err(|cause| {
        let message = "--source: the URL has a parameter that is not known";
        Error::new(ErrorKind::Usage, message)
            .because(cause)
            .advise("known are socket, ssl-mode and ssl-ca, and what the mysql crate takes")
    })?;
    Ok(options
        .prefer_socket(wants_socket)
        .tcp_connect_timeout(Some(CONNECT_TIMEOUT)))
}

impl MySql {
    pub(super) fn new(url: &Url) -> Result<Self> {
        let options = options(url)?.init(SETTINGS.map(str::to_owned).to_vec());
        Ok(Self { options })
    }

    /// A pool of one keeps its connection attempt within the deadline, whatever the server does.
    fn connect(
        &self,
    ) -> Result<(
        Single<MySqlConnectionManager>,
        PooledConnection<MySqlConnectionManager>,
    )> {
        let manager = MySqlConnectionManager::new(self.options.clone());
        Single::connect(manager, CONNECT_TIMEOUT, error::connecting)
    }
}

impl Database for MySql {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        let (_, connection) = self.connect()?;
        Ok(Box::new(catalog::MySqlCatalog::new(connection)))
    }

    fn session(&self) -> Result<Box<dyn Session>> {
        let (single, mut connection) = self.connect()?;
        lift_time_limit(&mut connection)?;
        let kill = Kill {
            id: connection.connection_id(),
            options: self.options.clone(),
        };
        Ok(Box::new(MySqlSession { single, kill }))
    }
}

/// Lifts the limit on how long a statement may run, which counts the time in which the reader stalls. MariaDB knows it by
/// one name, MySQL by the other, and a proxy may hide which of them it is.
fn lift_time_limit(connection: &mut Conn) -> Result<()> {
    const UNKNOWN_VARIABLE: u16 = 1193;
    for limit in ["max_statement_time", "max_execution_time"] {
        match connection.query_drop(format!("SET SESSION {limit} = 0")) {
            Err(ClientError::MySqlError(error)) if error.code == UNKNOWN_VARIABLE => {}
            done => return done.map_err(|cause| error::in_use(&cause)),
        }
    }
    Ok(())
}

struct MySqlSession {
    /// Holds the one connection between two units.
    single: Single<MySqlConnectionManager>,
    kill: Kill,
}

impl Session for MySqlSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let connection = self.single.get()?;
        let source = MySqlSource::new(connection);
        Dispatcher::<_, _, MySqlTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(self.kill.clone())
    }
}

/// Ends a session from another connection.
#[derive(Clone)]
struct Kill {
    id: u32,
    options: OptsBuilder,
}

impl Interrupt for Kill {
    fn interrupt(&self) {
        let options: Opts = self
            .options
            .clone()
            .tcp_connect_timeout(Some(Duration::from_secs(1)))
            .into();
        if let Ok(mut connection) = Conn::new(options) {
            // It may have ended by itself meanwhile.
            let _ = connection.query_drop(format!("KILL CONNECTION {}", self.id));
        }
    }
}
