//! The PostgreSQL client's errors, translated once.

use crate::{Error, ErrorKind};
use connectorx::sources::postgres::PostgresSourceError;
use postgres::Error as ClientError;
use postgres::error::DbError;
use std::error::Error as StdError;

/// Why there is no connection.
pub(crate) fn connecting(cause: &ClientError) -> Error {
    match cause.as_db_error() {
        Some(error) => server(error),
        None if !has_io_error(cause) && chain(cause).contains("password missing") => {
            Error::new(ErrorKind::AccessDenied, "the server asks for a password")
                .advise("write it into --source: postgresql://USER:PASSWORD@HOST/DATABASE")
        }
        None => Error::new(
            ErrorKind::Unreachable,
            format!("the server can't be reached: {}", chain(cause)),
        )
        .advise("check host, port and sslmode of --source, and that the server runs"),
    }
}

/// What went wrong on a connection.
pub(crate) fn in_use(cause: &ClientError) -> Error {
    if let Some(error) = cause.as_db_error() {
        return server(error);
    }
    if cause.is_closed() || has_io_error(cause) {
        return Error::new(
            ErrorKind::Lost,
            format!("the connection was lost: {}", chain(cause)),
        )
        .advise("run the job again; does the server's log say why it ended the session?");
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
    cause
        .source()
        .is_some_and(<dyn StdError>::is::<std::io::Error>)
}

fn chain(cause: &ClientError) -> String {
    match cause.source() {
        Some(source) => format!("{cause}: {source}"),
        None => cause.to_string(),
    }
}

fn server(error: &DbError) -> Error {
    let code = error.code().code();
    let (kind, advice) = match code {
        "28000" | "28P01" | "42501" => (
            ErrorKind::AccessDenied,
            "check user and password of --source, and GRANT SELECT on the tables",
        ),
        "3D000" => (ErrorKind::Refused, "check the database of --source"),
        "53300" => (
            ErrorKind::Unreachable,
            "the server has no connection left: take fewer --workers",
        ),
        "57014" | "57P01" | "57P02" | "57P03" | "25P03" => (
            ErrorKind::Lost,
            "the session was ended on the server: run the job again",
        ),
        "55P03" => (
            ErrorKind::Lost,
            "another transaction holds a lock on the table: run the job again",
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
        error.message()
    };
    Error::new(kind, format!("the server says {code}: {text}")).advise(advice)
}

/// The cause of a URL that can't be used; its Display names parameters, not their values.
pub(super) fn without_values(cause: &PostgresSourceError) -> String {
    match cause {
        PostgresSourceError::PostgresError(cause) => cause.to_string(),
        PostgresSourceError::TlsError(cause) => cause.to_string(),
        _ => "the URL can't be used".to_owned(),
    }
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
