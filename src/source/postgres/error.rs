//! The errors of both clients, the library and firstseen's own, translated once.

use super::connection::{Fault, HIDES_ROWS, hides_rows};
use crate::source::shared::NO_CONNECTION_LEFT;
use crate::source::wire::{LOOK, lost};
use crate::{Error, ErrorKind};
use connectorx::sources::postgres::PostgresSourceError;
use postgres::Error as ClientError;
use postgres::error::DbError;
use std::error::Error as StdError;
use std::io;

/// The error for a connection that the library could not open.
pub(crate) fn connecting(cause: &ClientError, no_password: impl FnOnce() -> Error) -> Error {
    match cause.as_db_error() {
        Some(error) => of_server(error),
        None if !has_io_error(cause) && chain(cause).contains("password missing") => no_password(),
        None => unreachable(&chain(cause)),
    }
}

/// The error for a session that firstseen's own client could not start.
pub(super) fn not_started(fault: Fault, no_password: impl FnOnce() -> Error) -> Error {
    match fault {
        Fault::Io(cause) if is_of_tls(&cause) => Error::new(
            ErrorKind::Unreachable,
            format!("the server ended the TLS connection: {cause}"),
        )
        .advise("check that the server trusts the issuer of the sslcert certificate"),
        Fault::Io(cause) => unreachable(&cause.to_string()),
        Fault::Server { code, message } => server(&code, &message),
        Fault::Protocol(what) => unreachable(&format!("unexpected answer: {what}")),
        Fault::NoPassword => no_password(),
        Fault::Authentication(what) => Error::new(ErrorKind::AccessDenied, what)
            .advise("check the server's pg_hba.conf, and channel_binding in --source"),
        Fault::Translated(error) => error,
    }
}

/// With TLS 1.3, a server reports only after the handshake that it doesn't trust the client.
fn is_of_tls(cause: &io::Error) -> bool {
    cause
        .get_ref()
        .is_some_and(<dyn StdError + Send + Sync>::is::<openssl::ssl::Error>)
}

fn unreachable(why: &str) -> Error {
    let message = format!("the server can't be reached: {why}");
    Error::new(ErrorKind::Unreachable, message)
        .advise("check host, port and sslmode in --source, and that the server is running")
}

/// The error for a session that starts but whose transaction does not, as with a pooler that has no connection left.
pub(super) fn pool_exhausted() -> Error {
    let message = "the server took too long to begin a transaction";
    Error::new(ErrorKind::Unreachable, message).advise(
        "lower --workers or enlarge the pooler's pool: a job needs one pooled connection for the catalog and one for each \
         worker",
    )
}

/// The error for what went wrong on firstseen's own connection.
pub(super) fn broken(fault: Fault) -> Error {
    match fault {
        Fault::Io(cause) => lost(&cause),
        Fault::Server { code, message } => server(&code, &message),
        Fault::Protocol(what) => {
            let message = format!("unexpected answer from the server: {what}");
            Error::new(ErrorKind::Lost, message)
                .advise("run the job again, or read with another client: --extractor connectorx")
        }
        Fault::NoPassword | Fault::Authentication(_) => Error::new(
            ErrorKind::Bug,
            "the server asked for authentication in an open session",
        ),
        Fault::Translated(error) => error,
    }
}

/// The error for what went wrong on one of the library's connections.
pub(crate) fn in_use(cause: &ClientError) -> Error {
    if let Some(error) = cause.as_db_error() {
        return of_server(error);
    }
    if cause.is_closed() || has_io_error(cause) {
        let message = format!("the connection was lost: {}", chain(cause));
        return Error::new(ErrorKind::Lost, message).advise(LOOK);
    }
    // Decoding errors: "error deserializing column 1" and its cause, which names a type or a limit but no value.
    Error::new(
        ErrorKind::Value,
        format!("a value can't be represented exactly: {}", chain(cause)),
    )
    .advise(
        "use --where to leave out rows with infinite dates, or --columns to leave out the column",
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

/// Their names are the same in messages of any language.
const DAMAGED: [&str; 2] = ["zero_damaged_pages", "ignore_checksum_failure"];

fn server(code: &str, message: &str) -> Error {
    let (kind, advice) = match code {
        // Settings that a session would turn off but is not allowed to.
        "42501" if DAMAGED.iter().any(|setting| message.contains(setting)) => (
            ErrorKind::Refused,
            "RESET it with ALTER ROLE or ALTER DATABASE: it makes the server skip damaged pages and their rows",
        ),
        "28000" | "28P01" | "42501" => (
            ErrorKind::AccessDenied,
            "check the user, the password or sslcert, and GRANT SELECT on the tables",
        ),
        "3D000" => (ErrorKind::Refused, "check the database in --source"),
        "53300" => (ErrorKind::Unreachable, NO_CONNECTION_LEFT),
        "58P01" => (
            ErrorKind::Refused,
            "check session_preload_libraries and local_preload_libraries of the role and the database",
        ),
        "57P03" => (
            ErrorKind::Unreachable,
            "run the job again: the server is starting or stopping",
        ),
        "57014" | "57P01" | "57P02" | "57P05" | "25P03" | "25P04" => (
            ErrorKind::Ended,
            "run the job again: the server ended the session or its query",
        ),
        // A reader in REPEATABLE READ gets this only on a standby.
        "40001" => (
            ErrorKind::Ended,
            "run the job again, or set hot_standby_feedback = on or a higher max_standby_streaming_delay on the standby: it \
             cancels queries that keep it from replaying its primary's changes",
        ),
        "53200" => (
            ErrorKind::Refused,
            "for many tables, lower --workers or raise the server's max_locks_per_transaction",
        ),
        "55P03" => (
            ErrorKind::Ended,
            "run the job again, or raise --lock-wait-secs: another transaction holds a lock on the table",
        ),
        // From a database without an encoding, or a character that UTF-8 doesn't have.
        "22021" | "22P05" => (
            ErrorKind::Value,
            "leave the column out with --columns, or read its bytes through a view: a text isn't valid UTF-8 and can't be converted",
        ),
        _ => (
            ErrorKind::Refused,
            "check --where, --order-by and any views that are read",
        ),
    };
    // Messages of class 22, data exceptions, quote the value.
    let text = if code.starts_with("22") {
        "a value can't be computed or converted"
    } else {
        message
    };
    Error::new(kind, format!("server error {code}: {text}")).advise(advice)
}

impl From<PostgresSourceError> for Error {
    fn from(cause: PostgresSourceError) -> Self {
        match cause {
            PostgresSourceError::ConnectorXError(cause) => cause.into(),
            PostgresSourceError::PostgresError(cause) => in_use(&cause),
            _ => Self::new(ErrorKind::Value, "the database client can't read a value"),
        }
    }
}
