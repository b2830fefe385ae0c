//! Ending a session from another connection.

use super::super::QueryCanceller;
use super::super::wire::Closer;
use super::connection::Connection;
use super::error;
use super::login::Login;
use crate::Result;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Opts};
use std::time::Duration;

/// How long the second connection can take: the thread that interrupts waits for it.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Ends a session on the server and on the client's side.
pub(super) struct Kill {
    login: Login,
    id: u32,
    session: Killed,
}

/// What kind of session is ended.
enum Killed {
    /// A native connection, which is closed too: the server might not respond.
    Wire(Closer),
    /// ConnectorX's client.
    Stock,
}

impl Kill {
    pub fn wire(login: &Login, connection: &Connection) -> Result<Self> {
        Ok(Self {
            login: login.clone(),
            id: connection.id(),
            session: Killed::Wire(connection.closer()?),
        })
    }

    pub fn stock(login: &Login, id: u32) -> Self {
        Self {
            login: login.clone(),
            id,
            session: Killed::Stock,
        }
    }
}

impl QueryCanceller for Kill {
    /// Reports nothing if the session has ended in the meantime or the server doesn't answer.
    fn cancel_query(&self) {
        let kill = format!("KILL CONNECTION {}", self.id);
        match &self.session {
            Killed::Wire(closer) => {
                if let Ok(mut connection) = Connection::open(&self.login, TIMEOUT) {
                    let _ = connection.execute(&kill);
                }
                closer.close();
            }
            Killed::Stock => {
                let connected = self.login.by_stock(|options| {
                    let options = options.tcp_connect_timeout(Some(TIMEOUT));
                    Conn::new(Opts::from(options)).map_err(|cause| error::connecting(&cause))
                });
                if let Ok(mut connection) = connected {
                    let _ = connection.query_drop(kill);
                }
            }
        }
    }
}
