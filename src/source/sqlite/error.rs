//! Translates SQLite's errors, in one place.

use crate::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// Returns the job's error. It contains no cell values: SQLite's messages hold SQL and names, never values.
pub(super) fn translated(cause: &rusqlite::Error) -> Error {
    let message = match cause {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let (kind, advice) = match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => (
            ErrorKind::Unreachable,
            "check that --source names a SQLite database that is not encrypted",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            ErrorKind::Ended,
            "check the file with PRAGMA integrity_check",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            ErrorKind::Unreachable,
            "check the file's path and permissions",
        ),
        Some(ErrorCode::ReadOnly) => (
            ErrorKind::Unreachable,
            "open the file once with a program that can write to it: a writer left an unfinished transaction in its journal",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            ErrorKind::Ended,
            "run the job again: another program holds a lock on the file",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            ErrorKind::Ended,
            "check the file's disk, and run the job again",
        ),
        _ => (
            ErrorKind::Refused,
            "check --where, --order-by and any views that are read",
        ),
    };
    Error::new(kind, format!("SQLite: {message}")).advise(advice)
}
