//! What goes wrong on a connection of our own, before it is said in a job's words.

use crate::{Error, ErrorKind};
use postgres_protocol::message::backend::{ErrorFields, ErrorResponseBody};
use std::io;

/// What of PostgreSQL's source refuses a query that a policy would take rows from, with `row_security = off`. The SQLSTATE is
/// that of any missing privilege, and the message may be in any language.
pub(in super::super) const HIDES_ROWS: &str = "check_enable_rls";

/// A policy would hide rows of a table, which the message names.
pub(in super::super) fn hides_rows(message: &str) -> Error {
    Error::new(
        ErrorKind::AccessDenied,
        format!("the server says 42501: {message}"),
    )
    .advise(
        "policies may hide rows of it from this user: read as one whom they don't bind (the table's owner, a role with \
         BYPASSRLS), or take --row-security to read just the rows that they let this user see",
    )
}

/// What went wrong.
#[derive(Debug)]
pub(in super::super) enum Fault {
    /// The connection failed, or was closed.
    Io(io::Error),
    /// The server said so.
    Server {
        /// The five characters of its SQLSTATE.
        code: String,
        message: String,
    },
    /// What came is not what the protocol allows here.
    Protocol(&'static str),
    /// The server asks for a password, and there is none.
    NoPassword,
    /// The server wants to know who we are in a way that we don't speak.
    Authentication(&'static str),
    /// Said in the job's words already.
    Told(Error),
}

pub(in super::super) type Attempt<T> = Result<T, Fault>;

/// What `postgres-protocol` says of bytes that it makes no message of. What a stream says is told apart where it is used.
impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Protocol("a message that can't be read")
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

impl Fault {
    /// What the server says has failed. Before a session has begun the text may be in any character set.
    pub fn of_server(body: &ErrorResponseBody) -> Self {
        let field = |wanted: u8| {
            let text = value(body.fields(), wanted).unwrap_or_default();
            String::from_utf8_lossy(&text).into_owned()
        };
        let message = field(b'M');
        if field(b'R') == HIDES_ROWS {
            return Self::Told(hides_rows(&message));
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
