//! MySQL and MariaDB, by ConnectorX's stock source over the binary protocol.

mod catalog;
mod error;
mod rows;
mod types;

use super::{Catalog, Database, Interrupt, Query, Session, pooled};
use crate::destination::UnitDestination;
use crate::{Error, ErrorKind, Result};
use connectorx::prelude::Dispatcher;
use connectorx::sources::mysql::build_opts;
use r2d2::Pool;
use r2d2_mysql::MySqlConnectionManager;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Error as ClientError, Opts, OptsBuilder};
use rows::{MySqlSource, MySqlTransport};
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What every session says first, as the big dump tools do. `sql_mode` also decides how a `--where` is read; the zone
/// decides what it selects of a TIMESTAMP. The write timeout is how long the server waits for a reader that stalls.
const SETTINGS: [&str; 5] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = ''",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION TRANSACTION READ ONLY",
];

/// A MySQL or MariaDB server's database.
pub(super) struct MySql {
    options: OptsBuilder,
}

impl MySql {
    pub(super) fn new(url: &Url) -> Result<Self> {
        let wants_socket = url.query_pairs().any(|(name, _)| name == "socket");
        let options = build_opts(url.as_str()).map_err(|cause| {
            Error::new(
                ErrorKind::Usage,
                "--source: the URL has a parameter that is not known",
            )
            .because(cause)
            .advise("known are socket, ssl-mode and ssl-ca, and what the mysql crate takes")
        })?;
        let options = options
            .prefer_socket(wants_socket)
            .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
            .init(SETTINGS.map(str::to_owned).to_vec());
        Ok(Self { options })
    }

    fn connect(&self) -> Result<Conn> {
        Conn::new(self.options.clone()).map_err(|cause| error::connecting(&cause))
    }
}

impl Database for MySql {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        Ok(Box::new(catalog::MySqlCatalog::new(self.connect()?)))
    }

    fn session(&self) -> Result<Box<dyn Session>> {
        let manager = MySqlConnectionManager::new(self.options.clone());
        let connected = pooled::connect(manager, CONNECT_TIMEOUT);
        let (pool, mut connection) = connected.map_err(|cause| {
            cause.map_or_else(error::too_slow, |cause| error::connecting(&cause))
        })?;
        lift_time_limit(&mut connection)?;
        let kill = Kill {
            id: connection.connection_id(),
            options: self.options.clone(),
        };
        Ok(Box::new(MySqlSession { pool, kill }))
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
    pool: Pool<MySqlConnectionManager>,
    kill: Kill,
}

impl Session for MySqlSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let connection = self
            .pool
            .get()
            .map_err(|cause| error::pool_failed(&cause))?;
        let source = MySqlSource::new(connection);
        Dispatcher::<_, _, MySqlTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn interrupt(&self) -> Box<dyn Interrupt> {
        Box::new(self.kill.clone())
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
