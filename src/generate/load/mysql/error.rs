//! What the server's and the client's errors mean here.

use crate::{Error, ErrorKind};
use connectorx::sources::mysql::MySQLSourceError;
use r2d2_mysql::mysql;

/// An error while connecting.
pub(super) fn unreachable(cause: mysql::Error) -> Error {
    match code(&cause) {
        // ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR
        Some(1044 | 1045 | 1698) => Error::new(
            ErrorKind::AccessDenied,
            "the server refused the user, the password or the database",
        ),
        // ER_BAD_DB_ERROR
        Some(1049) => Error::new(ErrorKind::Unreachable, "the server has no such database"),
        _ => Error::new(ErrorKind::Unreachable, "the server can't be reached"),
    }
    .because(cause)
}

/// An error of a session.
pub(super) fn translate(cause: mysql::Error) -> Error {
    match code(&cause) {
        None => Error::new(ErrorKind::Lost, "the connection was lost"),
        // ER_SERVER_SHUTDOWN, MariaDB's ER_CONNECTION_KILLED
        Some(1053 | 1927) => Error::new(ErrorKind::Lost, "the server ended the connection"),
        // ER_DISK_FULL, ER_RECORD_FILE_FULL
        Some(1021 | 1114) => Error::new(ErrorKind::Output, "no space is left on the server's disk"),
        // ER_TABLE_WITHOUT_PK, where sql_require_primary_key is on
        Some(3750) => Error::new(
            ErrorKind::Refused,
            "the server refuses tables without a primary key",
        )
        .advise("--with-key adds one"),
        Some(_) => Error::new(ErrorKind::Refused, "the server refused a statement"),
    }
    .because(cause)
}

/// The parser's messages name options and plain values such as a port, never the password.
pub(super) fn bad_options(cause: MySQLSourceError) -> Error {
    Error::new(
        ErrorKind::Usage,
        "--source: an option of the URL is not known or has no such value",
    )
    .because(cause)
}

fn code(cause: &mysql::Error) -> Option<u16> {
    match cause {
        mysql::Error::MySqlError(error) => Some(error.code),
        _ => None,
    }
}
