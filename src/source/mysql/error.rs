//! Translates the errors of a MySQL server, of ConnectorX's client and of the native connection, in one place.

use crate::source::shared::NO_CONNECTION_LEFT;
use crate::source::wire::LOOK;
pub(super) use crate::source::wire::lost;
use crate::{Error, ErrorKind};
use connectorx::sources::mysql::MySQLSourceError;
use r2d2_mysql::mysql::{Error as ClientError, MySqlError};
use std::io;

/// What to do if the server can't be reached.
const NOT_REACHED: &str = "check host, port or socket in --source, and that the server is running";

/// Server errors whose text can quote a value: truncated, incorrect or out-of-range values.
const QUOTING: [u16; 6] = [1264, 1292, 1366, 1406, 1411, 1525];

/// Returns the error for a connection that can't be opened.
pub(crate) fn connecting(cause: &ClientError) -> Error {
    match cause {
        ClientError::MySqlError(error) => of_client(error),
        ClientError::UrlError(_) => Error::new(ErrorKind::Usage, format!("--source: {cause}")),
        other => Error::new(
            ErrorKind::Unreachable,
            format!("the server can't be reached: {}", client_text(other)),
        )
        .advise(NOT_REACHED),
    }
}

/// Returns whether such an error says that nothing listens at the address, as ConnectorX's client begins to say it.
pub(super) fn is_unanswered(error: &Error) -> bool {
    error.to_string().contains("Could not connect to address")
}

/// Returns the error for a failure on an open connection.
pub(crate) fn in_use(cause: &ClientError) -> Error {
    match cause {
        ClientError::MySqlError(error) => of_client(error),
        ClientError::FromValueError(_) | ClientError::FromRowError(_) => Error::new(
            ErrorKind::Value,
            "the server sent a value of a different type than its column's",
        ),
        other => Error::new(
            ErrorKind::Lost,
            format!("the connection was lost: {}", client_text(other)),
        )
        .advise(LOOK),
    }
}

/// Leaves out the text of conversion errors, which contains the value.
fn client_text(cause: &ClientError) -> String {
    match cause {
        ClientError::FromValueError(_) | ClientError::FromRowError(_) => {
            "a value can't be converted".to_owned()
        }
        other => other.to_string(),
    }
}

/// Returns the error that the server reports.
pub(super) fn server(code: u16, state: &str, message: &str) -> Error {
    let (kind, advice) = match code {
        1044 => (
            ErrorKind::AccessDenied,
            "check the database's name, and GRANT SELECT on its tables",
        ),
        1142 if !message.starts_with("SELECT") => (
            ErrorKind::AccessDenied,
            "GRANT the privilege that the server names",
        ),
        1045 | 1142 | 1143 | 1227 | 1410 | 1698 => (
            ErrorKind::AccessDenied,
            "check the user and the password, and GRANT SELECT on the tables",
        ),
        // Fewer workers might need only the connections that were made.
        1226 if message.contains("connections_per_hour") => (ErrorKind::Unreachable, HOURLY),
        1226 if is_hourly(message) => (ErrorKind::Ended, HOURLY),
        1040 | 1203 | 1226 => (ErrorKind::Unreachable, NO_CONNECTION_LEFT),
        1184 => (
            ErrorKind::Refused,
            "correct the server's init_connect, which fails for this user, or give the user a privilege that skips it",
        ),
        // From a sort, a temporary table, a session.
        1038 | 1041 | 1114 | 1290 => (
            ErrorKind::Refused,
            "raise the setting that the server names, sort_buffer_size or tmp_disk_table_size: the session has too little \
             memory or disk space",
        ),
        1053 | 1077 | 1317 | 1927 => (
            ErrorKind::Ended,
            "run the job again: the server ended the session or its query",
        ),
        1205 | 1213 => (
            ErrorKind::Ended,
            "run the job again, or raise --lock-wait-secs: another transaction holds a lock",
        ),
        1969 | 3024 => (
            ErrorKind::Ended,
            "lift the time limit that ended the query: max_statement_time or max_execution_time",
        ),
        _ => (
            ErrorKind::Refused,
            "check --source, --where, --order-by and any views that are read",
        ),
    };
    let text = if QUOTING.contains(&code) {
        "a value is out of its type's range"
    } else {
        message
    };
    Error::new(kind, format!("server error {code} ({state}): {text}")).advise(advice)
}

/// Another attempt would only use up more of the limit.
const HOURLY: &str = "run the job again in an hour, or have the user's limit raised; a job needs a few queries for each \
     table and each of --workers, and a connection for each of --workers";

/// Returns whether a user's limit is an hourly one. The message names it as GRANT spells it, or by MySQL's column.
fn is_hourly(message: &str) -> bool {
    message.contains("_per_hour") || message.contains("max_questions")
}

fn of_client(error: &MySqlError) -> Error {
    server(error.code, &error.state, &error.message)
}

/// Returns the error for a native connection that can't be opened.
pub(super) fn unreachable(cause: &io::Error) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("the server can't be reached: {cause}"),
    )
    .advise(NOT_REACHED)
}

impl From<MySQLSourceError> for Error {
    fn from(cause: MySQLSourceError) -> Self {
        match cause {
            MySQLSourceError::ConnectorXError(cause) => cause.into(),
            MySQLSourceError::MySQLError(cause) => in_use(&cause),
            _ => Self::new(ErrorKind::Value, "the database client can't read a value"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_command_is_granted_by_its_own_privilege() {
        let hint = |message: &str| server(1142, "42000", message).advice().map(str::to_owned);
        let create = hint("CREATE command denied to user 'reader'@'localhost' for table `d`.`t`");
        assert_eq!(
            create.as_deref(),
            Some("GRANT the privilege that the server names")
        );
        let select = hint("SELECT command denied to user 'reader'@'localhost' for table `d`.`t`");
        assert!(select.is_some_and(|hint| hint.contains("GRANT SELECT")));
    }
}
