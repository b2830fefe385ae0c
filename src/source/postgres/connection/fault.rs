//! What goes wrong on firstseen's own connection, before it is translated into a job's error.

use crate::{Error, ErrorKind};
use postgres_protocol::message::backend::{ErrorFields, ErrorResponseBody};
use std::io;

/// The function in PostgreSQL's source that refuses a query from which a policy would hide rows, with `row_security = off`.
/// The SQLSTATE is that of any missing privilege, and the message can be in any language.
pub(in super::super) const HIDES_ROWS: &str = "check_enable_rls";

/// The error for a policy that would hide rows of a table, which the message names.
pub(in super::super) fn hides_rows(message: &str) -> Error {
    Error::new(
        ErrorKind::AccessDenied,
        format!("server error 42501: {message}"),
    )
    .advise(
        "read as a user that the table's policies don't restrict (its owner or a role with BYPASSRLS), or pass \
         --row-security to read only the rows that they show this user",
    )
}

/// What went wrong.
#[derive(Debug)]
pub(in super::super) enum Fault {
    /// The connection failed, or was closed.
    Io(io::Error),
    /// The server reported an error.
    Server {
        /// The five characters of its SQLSTATE.
        code: String,
        message: String,
    },
    /// Something arrived that the protocol does not allow here.
    Protocol(&'static str),
    /// The server asks for a password, and there is none.
    NoPassword,
    /// The server requires an authentication method that is not supported; the message says which.
    Authentication(&'static str),
    /// Already translated into a job's error.
    Translated(Error),
}

pub(in super::super) type Attempt<T> = Result<T, Fault>;

/// An error of `postgres-protocol` about bytes that are not a message. Errors of a stream are mapped to [`Fault::Io`] where
/// they occur.
impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Protocol("an unreadable message")
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Translated(error)
    }
}

impl Fault {
    /// An error that the server reported. Before a session has started, its text can be in any character set.
    pub fn of_server(body: &ErrorResponseBody) -> Self {
        let field = |wanted: u8| {
            let text = value(body.fields(), wanted).unwrap_or_default();
            String::from_utf8_lossy(&text).into_owned()
        };
        let message = field(b'M');
        if field(b'R') == HIDES_ROWS {
            return Self::Translated(hides_rows(&message));
        }
        Self::Server {
            code: field(b'C'),
            message,
        }
    }
}

fn value(mut fields: ErrorFields<'_>, wanted: u8) -> Option<Vec<u8>> {
    use postgres::fallible_iterator::FallibleIterator;
    loop {
        let field = fields.next().ok()??;
        if field.type_() == wanted {
            return Some(field.value_bytes().to_vec());
        }
    }
}
