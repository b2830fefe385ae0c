//! PostgreSQL: COPY with FREEZE, all in one transaction.

use super::loader::{Existing, Loader, column_list, create_statement};
use super::{LoadOrder, fill};
use crate::generate::content::Column;
use crate::generate::row::write_line;
use crate::generate::supply::Supply;
use crate::job::{ServerUrl, Waits};
use crate::source::postgres::access::Access;
use crate::source::postgres::{choose, error, stock};
use crate::{Error, ErrorKind, Result};
use postgres::error::SqlState;
use postgres::{Client, Transaction};
use std::io::{self, Write};
use std::time::Duration;

/// A server that doesn't accept data for this long is taken to be dead.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// Loading may take long, but the wait for another session's lock on an old table is limited to 30 s. LOCAL because a pooler
/// passes on settings that outlive the transaction.
const SETTINGS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'";

/// Creates the tables in the first schema of the user's search path.
pub(super) fn load(server: &ServerUrl, order: &LoadOrder<'_>) -> Result<()> {
    let mut client = connect(server)?;
    let mut transaction = client.transaction().map_err(translate)?;
    transaction.batch_execute(SETTINGS).map_err(translate)?;
    fill(&mut Postgres(&mut transaction), order)?;
    transaction.commit().map_err(translate)
}

fn connect(server: &ServerUrl) -> Result<Client> {
    let access = Access::new(server, &Waits::default())?;
    choose(&access)?;
    let mut config = stock::config(&access)?;
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(STALL_TIMEOUT);
    }
    config
        .connect(stock::connector(&access)?)
        .map_err(|cause| error::connecting(&cause, || access.no_password()))
}

struct Postgres<'t, 'c>(&'t mut Transaction<'c>);

impl Loader for Postgres<'_, '_> {
    fn existing(&mut self, names: &[&str]) -> Result<Vec<Existing>> {
        let statement = "SELECT relname::text, relkind = 'r' FROM pg_catalog.pg_class \
             WHERE relnamespace = current_schema()::regnamespace AND relname::text = ANY($1) ORDER BY relname";
        let rows = self.0.query(statement, &[&names]).map_err(translate)?;
        let existing = |row: &postgres::Row| {
            Ok(Existing {
                name: row.try_get(0)?,
                is_base_table: row.try_get(1)?,
            })
        };
        rows.iter()
            .map(existing)
            .collect::<Result<_, _>>()
            .map_err(translate)
    }

    fn drop(&mut self, table: &str) -> Result<()> {
        let statement = format!("DROP TABLE \"{table}\"");
        self.0.batch_execute(&statement).map_err(translate)
    }

    fn create(&mut self, table: &str, columns: &[Column]) -> Result<()> {
        let statement = create_statement(table, columns, '"');
        self.0.batch_execute(&statement).map_err(translate)
    }

    /// Also collects the table's statistics, so that the planner and `firstseen plan` know its size right away.
    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64> {
        let (table, columns) = (supply.table.name(), column_list(supply.columns, '"'));
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
    if cause.code() == Some(&SqlState::DISK_FULL) {
        return Error::new(ErrorKind::Output, "the server's disk is full").because(cause);
    }
    error::in_use(&cause)
}
