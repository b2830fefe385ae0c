//! What asks the catalog: a native connection, or ConnectorX's client if the server requires an authentication method that
//! the native connection doesn't support.

use super::super::pooled::Single;
use super::super::{Extractor, TextRow};
use super::connection::{Connection, Refused};
use super::error;
use super::login::Login;
use super::settings::{first, others, question};
use crate::job::{ExtractorChoice, Waits};
use crate::{Error, ErrorKind, Result};
use r2d2::PooledConnection;
use r2d2_mysql::MySqlConnectionManager;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, OptsBuilder, Row};
use std::time::Instant;

/// A session of either kind, with its settings made.
pub(super) enum Client {
    /// A native connection.
    Wire(Box<Connection>),
    /// ConnectorX's client, in its pool.
    Stock(Box<StockClient>),
}

/// ConnectorX's client, and the pool that it is returned to.
pub(super) struct StockClient {
    pub single: Single<MySqlConnectionManager>,
    pub connection: PooledConnection<MySqlConnectionManager>,
}

/// Opens the session for a choice of extractor. Also returns a warning if it is not the first choice.
pub(super) fn connect(
    login: &Login,
    choice: ExtractorChoice,
    waits: &Waits,
) -> Result<(Client, Option<String>)> {
    if choice == ExtractorChoice::ConnectorX {
        return Ok((stock(login, waits)?, None));
    }
    match Connection::open(login, waits.connect_or_default()) {
        Ok(connection) => Ok((settled(connection, waits)?, None)),
        Err(Refused::Otherwise(error)) => Err(error),
        Err(Refused::UnknownAuthentication(name)) if choice == ExtractorChoice::Auto => {
            let client = stock(login, waits).map_err(|error| error.after(unknown(&name)))?;
            let warning = format!("{}: reading through ConnectorX's own source instead", unknown(&name));
            Ok((client, Some(warning)))
        }
        Err(Refused::UnknownAuthentication(name)) => {
            Err(Error::new(ErrorKind::AccessDenied, unknown(&name)).advise(
                "use mysql_native_password or caching_sha2_password for this user, or leave out --extractor wire",
            ))
        }
    }
}

fn unknown(authentication: &str) -> String {
    format!("the server requires the authentication method {authentication}, which isn't supported")
}

fn settled(mut connection: Connection, waits: &Waits) -> Result<Client> {
    connection.execute(&first(waits))?;
    let mut client = Client::Wire(Box::new(connection));
    settle(&mut client)?;
    if let Client::Wire(connection) = &mut client {
        connection.has_begun(waits.read)?;
    }
    Ok(client)
}

/// Makes the settings that only some servers have.
fn settle(client: &mut Client) -> Result<()> {
    let inherited = client.text_rows(&question())?;
    match others(&inherited) {
        Some(statement) => client.execute(&statement),
        None => Ok(()),
    }
}

/// Connects in a pool of one, which keeps the attempt within the deadline whatever the server does.
fn stock(login: &Login, waits: &Waits) -> Result<Client> {
    let deadline = Instant::now() + waits.connect_or_default();
    let connect = |options| stock_by(options, deadline, waits);
    let (single, connection) = login.by_stock(connect)?;
    let mut client = Client::Stock(Box::new(StockClient { single, connection }));
    settle(&mut client)?;
    Ok(client)
}

fn stock_by(
    options: OptsBuilder,
    deadline: Instant,
    waits: &Waits,
) -> Result<(
    Single<MySqlConnectionManager>,
    PooledConnection<MySqlConnectionManager>,
)> {
    let timeout = deadline.saturating_duration_since(Instant::now());
    let options = options
        .tcp_connect_timeout(Some(timeout))
        .read_timeout(Some(waits.read))
        .write_timeout(Some(waits.read))
        .init(vec![first(waits)]);
    let manager = MySqlConnectionManager::new(options);
    // The first statements are part of the options.
    let begin = |_: &mut Conn| Ok(());
    Single::connect(manager, timeout, begin, error::connecting)
}

impl Client {
    pub fn extractor(&self) -> Extractor {
        match self {
            Self::Wire(_) => Extractor::Wire,
            Self::Stock(_) => Extractor::ConnectorX,
        }
    }

    /// Runs a statement that has no result.
    pub fn execute(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Wire(connection) => connection.execute(sql),
            Self::Stock(session) => session
                .connection
                .query_drop(sql)
                .map_err(|cause| error::in_use(&cause)),
        }
    }

    /// Returns the rows of a small result, with their cells as text.
    pub fn text_rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        match self {
            Self::Wire(connection) => connection.text_rows(sql),
            Self::Stock(session) => {
                let rows: Vec<Row> = session
                    .connection
                    .query(sql)
                    .map_err(|cause| error::in_use(&cause))?;
                Ok(rows.iter().map(text_row).collect())
            }
        }
    }

    /// Has the server parse and plan a query, without running it.
    pub fn check(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Wire(connection) => connection.check(sql),
            Self::Stock(session) => {
                let connection = &mut session.connection;
                let statement = connection
                    .prep(sql)
                    .map_err(|cause| error::in_use(&cause))?;
                connection
                    .close(statement)
                    .map_err(|cause| error::in_use(&cause))
            }
        }
    }
}

/// Every cell in the text protocol is text, or NULL.
fn text_row(row: &Row) -> TextRow {
    let cells = (0..row.len()).map(|index| row.get_opt::<String, _>(index)?.ok());
    cells.collect()
}
