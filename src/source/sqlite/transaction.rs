//! The transaction in which a session reads all its units, and the lock that keeps writers away while others begin.

use super::error::translated;
use super::file::OpenFile;
use super::journal::past_commits;
use crate::source::shared::{Begin, CommitLock};
use crate::{Error, ErrorKind, Result};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// BEGIN alone reads nothing, and would see what others commit before the first read.
const FIRST_READ: &str = "SELECT 1 FROM sqlite_schema LIMIT 1";
/// No other connection can commit until this is rolled back.
const HOLD: &str = "BEGIN IMMEDIATE";

/// Begins the transaction, and fails if the schema differs from the one that the plan was made from.
pub(super) fn begin(
    connection: &Connection,
    file: &OpenFile,
    Begin { schema, .. }: &Begin,
) -> Result<()> {
    let begun = connection.execute_batch("BEGIN");
    let begun = begun.and_then(|()| past_commits(|| connection.execute_batch(FIRST_READ)));
    begun.map_err(|cause| translated(&cause))?;
    let mark = schema_mark(connection, file)?;
    if schema.as_ref().is_some_and(|planned| *planned != mark) {
        let message = "the file was changed while the job was starting";
        return Err(Error::new(ErrorKind::Ended, message).advise("run the job again"));
    }
    Ok(())
}

/// Returns a mark that any change to the schema changes. If the file is read without a lock, any write at all changes it.
pub(super) fn schema_mark(connection: &Connection, file: &OpenFile) -> Result<String> {
    let version = past_commits(|| {
        connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))
    });
    let version = version.map_err(|cause| translated(&cause))?;
    Ok(format!("{version} {}", file.mark()))
}

/// Waits until no other connection writes, and keeps others from starting to write.
pub(super) fn commit_lock(path: &Path, lock_wait: Duration) -> Result<CommitLock> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let held = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(lock_wait)?;
        connection.execute_batch(HOLD)?;
        Ok(connection)
    };
    let connection = held().map_err(|cause| {
        let error = translated(&cause);
        let message = format!("can't take the lock that --snapshot require needs for a moment: {error}");
        Error::new(error.kind(), message).advise(
            "make the file writable and pause its writer, or use --snapshot auto, which reads without a lock",
        )
    })?;
    // SQLite rolls back an open transaction when a connection is closed.
    Ok(CommitLock::new("write-lock", connection))
}
