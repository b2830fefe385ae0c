//! PostgreSQL: COPY of frozen rows, all in one transaction.

use super::database::{Database, Standing, column_list, create_statement};
use super::{Order, fill};
use crate::generate::row::write_line;
use crate::generate::supply::Supply;
use crate::{Error, ErrorKind, Result};
use connectorx::sources::postgres::{PostgresSourceError, rewrite_tls_args};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls, Transaction};
use std::io::{self, Write};
use std::time::Duration;
use url::Url;

/// A server that doesn't answer in this time isn't there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Data that the server doesn't take in this time will never be taken.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// Loading may take long, but somebody else's lock on an old table is waited for 30 s only.
const SESSION: &str = "SET statement_timeout = 0; SET lock_timeout = '30s'";

/// Makes the tables in the first schema of the user's search path.
pub(super) fn load(url: &Url, order: &Order<'_>) -> Result<()> {
    let mut client = connect(url)?;
    client.batch_execute(SESSION).map_err(translate)?;
    let mut transaction = client.transaction().map_err(translate)?;
    fill(&mut Postgres(&mut transaction), order)?;
    transaction.commit().map_err(translate)
}

/// Reads the URL as ConnectorX does, so that its options mean the same as in a job.
fn connect(url: &Url) -> Result<Client> {
    let (mut config, tls) = rewrite_tls_args(url).map_err(bad_options)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(STALL_TIMEOUT);
    }
    let client = match tls {
        Some(tls) => config.connect(tls),
        None => config.connect(NoTls),
    };
    client.map_err(|cause| unreachable(cause, &config))
}

struct Postgres<'t, 'c>(&'t mut Transaction<'c>);

impl Database for Postgres<'_, '_> {
    fn standing(&mut self, names: &[&str]) -> Result<Vec<Standing>> {
        let statement = "SELECT relname::text, relkind = 'r' FROM pg_catalog.pg_class \
             WHERE relnamespace = current_schema()::regnamespace AND relname::text = ANY($1) ORDER BY relname";
        let rows = self.0.query(statement, &[&names]).map_err(translate)?;
        let standing = |row: &postgres::Row| {
            Ok(Standing {
                name: row.try_get(0)?,
                is_base_table: row.try_get(1)?,
            })
        };
        rows.iter()
            .map(standing)
            .collect::<Result<_, _>>()
            .map_err(translate)
    }

    fn drop(&mut self, table: &str) -> Result<()> {
        let statement = format!("DROP TABLE \"{table}\"");
        self.0.batch_execute(&statement).map_err(translate)
    }

    fn create(&mut self, table: &str, with_key: bool) -> Result<()> {
        let statement = create_statement(table, with_key, '"');
        self.0.batch_execute(&statement).map_err(translate)
    }

    /// Also counts the table's statistics, so that the planner, and `firstseen plan`, know its size at once.
    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64> {
        let (table, columns) = (supply.table.name, column_list(supply.with_key, '"'));
        let statement = format!("COPY \"{table}\" ({columns}) FROM STDIN (FREEZE)");
        let mut copy = self.0.copy_in(&statement).map_err(translate)?;
        supply.pieces(write_line, |piece| {
            copy.write_all(&piece).map_err(translate_write)
        })?;
        let rows = copy.finish().map_err(translate)?;
        self.0
            .batch_execute(&format!("ANALYZE \"{table}\""))
            .map_err(translate)?;
        Ok(rows)
    }
}

/// `CopyInWriter` wraps the client's errors in `io::Error`.
fn translate_write(cause: io::Error) -> Error {
    match cause.downcast::<postgres::Error>() {
        Ok(cause) => translate(cause),
        Err(cause) => Error::new(ErrorKind::Lost, "the connection was lost").because(cause),
    }
}

fn translate(cause: postgres::Error) -> Error {
    let (kind, message) = match cause.code() {
        None => (ErrorKind::Lost, "the connection was lost"),
        Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN) => {
            (ErrorKind::Lost, "PostgreSQL was shut down")
        }
        Some(&SqlState::DISK_FULL) => (ErrorKind::Output, "no space is left on PostgreSQL's disk"),
        Some(_) => (ErrorKind::Refused, "PostgreSQL refused a statement"),
    };
    Error::new(kind, message).because(cause)
}

fn unreachable(cause: postgres::Error, config: &Config) -> Error {
    let lacks_password =
        cause.code().is_none() && config.get_password().is_none() && !cause_is_io(&cause);
    match cause.code() {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            Error::new(
                ErrorKind::AccessDenied,
                "PostgreSQL refused the user or the password",
            )
        }
        None if lacks_password => {
            Error::new(ErrorKind::AccessDenied, "PostgreSQL asks for a password")
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => {
            Error::new(ErrorKind::Unreachable, "PostgreSQL has no such database")
        }
        _ => Error::new(ErrorKind::Unreachable, "PostgreSQL can't be reached"),
    }
    .because(cause)
}

fn cause_is_io(cause: &postgres::Error) -> bool {
    std::error::Error::source(cause).is_some_and(<dyn std::error::Error>::is::<io::Error>)
}

/// The parser's messages name options, never their values.
fn bad_options(cause: PostgresSourceError) -> Error {
    Error::new(
        ErrorKind::Usage,
        "--source: an option of the URL is not known or has no such value",
    )
    .because(cause)
}
