//! SQLite: one transaction. A new file is filled under a temporary name and appears when it is complete.

mod file;

use super::loader::{Existing, Loader, column_list, create_statement};
use super::{LoadOrder, fill};
use crate::generate::content::Column;
use crate::generate::row::Row;
use crate::generate::supply::Supply;
use crate::{Error, ErrorKind, Result};
use file::{publish, unfinished_file, unwritable};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, TransactionBehavior};
use std::path::Path;

/// For a file that no other program sees: no journal and no waiting for the disk. The settings end with the connection.
const UNSHARED: &str =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;";

/// Creates the tables in the file at `path`.
pub(super) fn load(path: &Path, order: &LoadOrder<'_>) -> Result<()> {
    if path.try_exists().map_err(|cause| unwritable(cause, path))? {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(translate)?;
        return fill_in_transaction(connection, order);
    }
    let unfinished = unfinished_file(path)?;
    let connection = Connection::open(&unfinished).map_err(translate)?;
    connection.execute_batch(UNSHARED).map_err(translate)?;
    fill_in_transaction(connection, order)?;
    publish(unfinished, path)
}

fn fill_in_transaction(mut connection: Connection, order: &LoadOrder<'_>) -> Result<()> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(translate)?;
    fill(&mut Sqlite(&transaction), order)?;
    transaction.commit().map_err(translate)?;
    connection.close().map_err(|(_, cause)| translate(cause))
}

struct Sqlite<'c>(&'c Connection);

impl Loader for Sqlite<'_> {
    fn existing(&mut self, names: &[&str]) -> Result<Vec<Existing>> {
        let mut look = self
            .0
            .prepare("SELECT name, type = 'table' FROM pragma_table_list WHERE schema = 'main' AND name = ?1 COLLATE NOCASE")
            .map_err(translate)?;
        let mut existing = Vec::new();
        for name in names {
            let found = look.query_map([name], |row| {
                Ok(Existing {
                    name: row.get(0)?,
                    is_base_table: row.get(1)?,
                })
            });
            let found: rusqlite::Result<Vec<_>> = found.and_then(Iterator::collect);
            existing.extend(found.map_err(translate)?);
        }
        Ok(existing)
    }

    fn drop(&mut self, table: &str) -> Result<()> {
        let statement = format!("DROP TABLE \"{table}\"");
        self.0.execute_batch(&statement).map_err(translate)
    }

    fn create(&mut self, table: &str, columns: &[Column]) -> Result<()> {
        let statement = create_statement(table, columns, '"');
        self.0.execute_batch(&statement).map_err(translate)
    }

    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64> {
        let columns = column_list(supply.columns, '"');
        let places = vec!["?"; supply.columns.len()].join(", ");
        let table = supply.table.name();
        let statement = format!("INSERT INTO \"{table}\" ({columns}) VALUES ({places})");
        let mut insert = self.0.prepare(&statement).map_err(translate)?;
        let before = self.0.total_changes();
        supply.rows(|row| bind_and_insert(&mut insert, row).map_err(translate))?;
        Ok(self.0.total_changes() - before)
    }
}

/// Passes text for every column: SQLite stores it as a number if the column's type is a number's.
fn bind_and_insert(insert: &mut Statement<'_>, row: &Row) -> rusqlite::Result<()> {
    for (place, cell) in (1..).zip(row.cells()) {
        let value = cell.map_or(ValueRef::Null, ValueRef::Text);
        insert.raw_bind_parameter(place, ToSqlOutput::Borrowed(value))?;
    }
    insert.raw_execute()?;
    Ok(())
}

/// Translates an error of SQLite. The file is this command's output, so what keeps it from being written is `Output`.
fn translate(cause: rusqlite::Error) -> Error {
    let (kind, message) = match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (ErrorKind::Output, "the disk of the SQLite file is full"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::InUse, "another program is using the SQLite file")
        }
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure,
        ) => (ErrorKind::Output, "the SQLite file can't be written"),
        Some(ErrorCode::NotADatabase) => (ErrorKind::Refused, "the file isn't a SQLite database"),
        _ => (ErrorKind::Refused, "SQLite refused a statement"),
    };
    Error::new(kind, message).because(cause)
}
