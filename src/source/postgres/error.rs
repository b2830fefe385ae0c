//! The errors of both clients, the library's and our own, translated once.

use super::connection::{Fault, HIDES_ROWS, hides_rows};
use crate::source::shared::NO_CONNECTION_LEFT;
use crate::source::wire::{LOOK, lost};
use crate::{Error, ErrorKind};
use connectorx::sources::postgres::PostgresSourceError;
use postgres::Error as ClientError;
use postgres::error::DbError;
use std::error::Error as StdError;
use std::io;

/// Why there is no connection by the library.
pub(crate) fn connecting(cause: &ClientError, no_password: impl FnOnce() -> Error) -> Error {
    match cause.as_db_error() {
        Some(error) => of_server(error),
        None if !has_io_error(cause) && chain(cause).contains("password missing") => no_password(),
        None => unreachable(&chain(cause)),
    }
}

/// Why there is no connection of our own.
pub(super) fn not_begun(fault: Fault, no_password: impl FnOnce() -> Error) -> Error {
    match fault {
        Fault::Io(cause) if is_of_tls(&cause) => Error::new(
            ErrorKind::Unreachable,
            format!("the server ends TLS: {cause}"),
        )
        .advise("does it trust who signed the certificate of sslcert?"),
        Fault::Io(cause) => unreachable(&cause.to_string()),
        Fault::Server { code, message } => server(&code, &message),
        Fault::Protocol(what) => unreachable(&format!("it sends {what}")),
        Fault::NoPassword => no_password(),
        Fault::Authentication(how) => Error::new(
            ErrorKind::AccessDenied,
            format!("the server authenticates {how}, which is not supported"),
        )
        .advise("check the server's pg_hba.conf, and channel_binding of --source"),
        Fault::Told(error) => error,
    }
}

/// A server of TLS 1.3 says only after the handshake that it doesn't trust who comes.
fn is_of_tls(cause: &io::Error) -> bool {
    cause
        .get_ref()
        .is_some_and(<dyn StdError + Send + Sync>::is::<openssl::ssl::Error>)
}

fn unreachable(why: &str) -> Error {
    let message = format!("the server can't be reached: {why}");
    Error::new(ErrorKind::Unreachable, message)
        .advise("check host, port and sslmode of --source, and that the server runs")
}

/// A session has begun, and no transaction in it: so does a pooler that has no connection left.
pub(super) fn crowded() -> Error {
    let message = "the server took too long to let a transaction begin";
    Error::new(ErrorKind::Unreachable, message).advise(
        "behind a pooler a job needs a connection of its pool for the catalogue and one for each of --workers: \
         take fewer, or a larger pool",
    )
}

/// What went wrong on a connection of our own.
pub(super) fn broken(fault: Fault) -> Error {
    match fault {
        Fault::Io(cause) => lost(&cause),
        Fault::Server { code, message } => server(&code, &message),
        Fault::Protocol(what) => {
            let message = format!("the server's answer is not in order: {what}");
            Error::new(ErrorKind::Lost, message)
                .advise("run the job again; --extractor connectorx reads by another client")
        }
        Fault::NoPassword | Fault::Authentication(_) => {
            Error::new(ErrorKind::Bug, "a session asks who we are")
        }
        Fault::Told(error) => error,
    }
}

/// What went wrong on a connection of the library's.
pub(crate) fn in_use(cause: &ClientError) -> Error {
    if let Some(error) = cause.as_db_error() {
        return of_server(error);
    }
    if cause.is_closed() || has_io_error(cause) {
        let message = format!("the connection was lost: {}", chain(cause));
        return Error::new(ErrorKind::Lost, message).advise(LOOK);
    }
    // Decoding errors: "error deserializing column 1" and its cause, which names a type or a limit and no value.
    Error::new(
        ErrorKind::Value,
        format!("a value has no exact image: {}", chain(cause)),
    )
    .advise(
        "infinite dates have none: leave such rows out with --where, or the column with --columns",
    )
}

fn has_io_error(cause: &ClientError) -> bool {
    cause.source().is_some_and(<dyn StdError>::is::<io::Error>)
}

fn chain(cause: &ClientError) -> String {
    match cause.source() {
        Some(source) => format!("{cause}: {source}"),
        None => cause.to_string(),
    }
}

fn of_server(error: &DbError) -> Error {
    if error.routine() == Some(HIDES_ROWS) {
        return hides_rows(error.message());
    }
    server(error.code().code(), error.message())
}

/// Their names are in no language.
const DAMAGED: [&str; 2] = ["zero_damaged_pages", "ignore_checksum_failure"];

fn server(code: &str, message: &str) -> Error {
    let (kind, advice) = match code {
        // Settings that a session would give up, and may not.
        "42501" if DAMAGED.iter().any(|setting| message.contains(setting)) => (
            ErrorKind::Refused,
            "with it damaged pages are passed over, and their rows: ALTER ROLE or ALTER DATABASE … RESET it",
        ),
        "28000" | "28P01" | "42501" => (
            ErrorKind::AccessDenied,
            "check user, password and sslcert of --source, and GRANT SELECT on the tables",
        ),
        "3D000" => (ErrorKind::Refused, "check the database of --source"),
        "53300" => (ErrorKind::Unreachable, NO_CONNECTION_LEFT),
        "58P01" => (
            ErrorKind::Refused,
            "see session_preload_libraries and local_preload_libraries of the role and the database",
        ),
        "57P03" => (
            ErrorKind::Unreachable,
            "the server starts or stops: run the job again",
        ),
        "57014" | "57P01" | "57P02" | "57P05" | "25P03" | "25P04" => (
            ErrorKind::Ended,
            "the session was ended on the server: run the job again",
        ),
        // A reader in REPEATABLE READ meets it on a standby alone.
        "40001" => (
            ErrorKind::Ended,
            "a standby ends queries that keep it from replaying its primary's changes: run the job again, raise \
             max_standby_streaming_delay on the standby, or set hot_standby_feedback = on there",
        ),
        "53200" => (
            ErrorKind::Refused,
            "for many tables take fewer --workers, or raise the server's max_locks_per_transaction",
        ),
        "55P03" => (
            ErrorKind::Ended,
            "another transaction holds a lock on the table: run the job again, or allow more by --lock-wait-secs",
        ),
        // Of a database without an encoding, or of a character that UTF-8 doesn't have.
        "22021" | "22P05" => (
            ErrorKind::Value,
            "a text is no valid UTF-8, and can't become it: leave the column out with --columns, or read its bytes by a view",
        ),
        _ => (
            ErrorKind::Refused,
            "check --where, --order-by and the tables' views",
        ),
    };
    // Class 22, data exceptions, quotes the value.
    let text = if code.starts_with("22") {
        "a value can't be computed or converted"
    } else {
        message
    };
    Error::new(kind, format!("the server says {code}: {text}")).advise(advice)
}

impl From<PostgresSourceError> for Error {
    fn from(cause: PostgresSourceError) -> Self {
        match cause {
            PostgresSourceError::ConnectorXError(cause) => cause.into(),
            PostgresSourceError::PostgresError(cause) => in_use(&cause),
            _ => Self::new(ErrorKind::Value, "the database's client gave up on a value"),
        }
    }
}
