//! The errors of a MySQL server, of ConnectorX's client, and of our own connection, translated once.

use crate::source::shared::NO_CONNECTION_LEFT;
use crate::source::wire::LOOK;
pub(super) use crate::source::wire::lost;
use crate::{Error, ErrorKind};
use connectorx::sources::mysql::MySQLSourceError;
use r2d2_mysql::mysql::{Error as ClientError, MySqlError};
use std::io;

/// Server errors whose text may quote a value: truncated, incorrect or out-of-range ones.
const QUOTING: [u16; 6] = [1264, 1292, 1366, 1406, 1411, 1525];

/// Why there is no connection.
pub(crate) fn connecting(cause: &ClientError) -> Error {
    match cause {
        ClientError::MySqlError(error) => of_client(error),
        ClientError::UrlError(_) => Error::new(ErrorKind::Usage, format!("--source: {cause}")),
        other => Error::new(
            ErrorKind::Unreachable,
            format!("the server can't be reached: {}", client_text(other)),
        )
        .advise("check host, port or socket of --source, and that the server runs"),
    }
}

/// Whether such an error says that nobody listens at the address: how that client begins to tell it.
pub(super) fn is_unanswered(error: &Error) -> bool {
    error.to_string().contains("Could not connect to address")
}

/// What went wrong on a connection.
pub(crate) fn in_use(cause: &ClientError) -> Error {
    match cause {
        ClientError::MySqlError(error) => of_client(error),
        ClientError::FromValueError(_) | ClientError::FromRowError(_) => Error::new(
            ErrorKind::Value,
            "a value came in another type than its column's",
        ),
        other => Error::new(
            ErrorKind::Lost,
            format!("the connection was lost: {}", client_text(other)),
        )
        .advise(LOOK),
    }
}

/// The texts of values that didn't convert hold the values.
fn client_text(cause: &ClientError) -> String {
    match cause {
        ClientError::FromValueError(_) | ClientError::FromRowError(_) => {
            "a value didn't convert".to_owned()
        }
        other => other.to_string(),
    }
}

/// What the server refuses with.
pub(super) fn server(code: u16, state: &str, message: &str) -> Error {
    let (kind, advice) = match code {
        1044 | 1045 | 1142 | 1143 | 1227 | 1410 | 1698 => (
            ErrorKind::AccessDenied,
            "check user and password of --source, and GRANT SELECT on the tables",
        ),
        // Fewer workers may do with the connections that were had.
        1226 if message.contains("connections_per_hour") => (ErrorKind::Unreachable, HOURLY),
        1226 if is_hourly(message) => (ErrorKind::Ended, HOURLY),
        1040 | 1203 | 1226 => (ErrorKind::Unreachable, NO_CONNECTION_LEFT),
        1184 => (
            ErrorKind::Refused,
            "the server's init_connect fails for this user: correct it, or give the user a privilege that passes it over",
        ),
        // Of a sort, a temporary table, a session.
        1038 | 1041 | 1114 | 1290 => (
            ErrorKind::Refused,
            "the server gives the session too little memory or room: raise the setting that it names, \
             sort_buffer_size or tmp_disk_table_size",
        ),
        1053 | 1077 | 1317 | 1927 => (
            ErrorKind::Ended,
            "the session was ended on the server: run the job again",
        ),
        1205 | 1213 => (
            ErrorKind::Ended,
            "another transaction holds a lock: run the job again, or allow more by --lock-wait-secs",
        ),
        1969 | 3024 => (
            ErrorKind::Ended,
            "max_statement_time or max_execution_time ended the query",
        ),
        _ => (
            ErrorKind::Refused,
            "check --source, --where, --order-by and the tables' views",
        ),
    };
    let text = if QUOTING.contains(&code) {
        "a value is out of its type's range"
    } else {
        message
    };
    Error::new(kind, format!("the server says {code} ({state}): {text}")).advise(advice)
}

/// Another attempt would only use up more of it.
const HOURLY: &str = "run the job again in an hour, or have the user's limit raised; each table and each of --workers \
     takes a few queries, and each of --workers a connection";

/// Whether a user's limit is one on what he does in an hour: the message names it as GRANT spells it, or MySQL its column.
fn is_hourly(message: &str) -> bool {
    message.contains("_per_hour") || message.contains("max_questions")
}

fn of_client(error: &MySqlError) -> Error {
    server(error.code, &error.state, &error.message)
}

/// Why there is no connection of our own.
pub(super) fn unreachable(cause: &io::Error) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("the server can't be reached: {cause}"),
    )
    .advise("check host, port or socket of --source, and that the server runs")
}

impl From<MySQLSourceError> for Error {
    fn from(cause: MySQLSourceError) -> Self {
        match cause {
            MySQLSourceError::ConnectorXError(cause) => cause.into(),
            MySQLSourceError::MySQLError(cause) => in_use(&cause),
            _ => Self::new(ErrorKind::Value, "the database's client gave up on a value"),
        }
    }
}
