//! SQLite's errors, translated once.

use crate::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// A typed error without cell values. SQLite's messages hold SQL and names, never values.
pub(super) fn translated(cause: &rusqlite::Error) -> Error {
    let message = match cause {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let (kind, advice) = match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => (
            ErrorKind::Unreachable,
            "the file is no SQLite database, or is encrypted",
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
            "a writer has left an unfinished transaction beside the file: open it once with a program that may write it",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            ErrorKind::Ended,
            "another program keeps the file locked: run the job again",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            ErrorKind::Ended,
            "the file can't be read: is its disk in order?",
        ),
        _ => (ErrorKind::Refused, "check --where and the tables' views"),
    };
    Error::new(kind, format!("SQLite: {message}")).advise(advice)
}
