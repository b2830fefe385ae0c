//! What goes wrong on a connection of our own, before it is said in a job's words.

use super::super::error::{HIDES_ROWS, hides_rows};
use postgres_protocol::message::backend::{ErrorFields, ErrorResponseBody};
use std::io;

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
    Told(crate::Error),
}

pub(in super::super) type Attempt<T> = Result<T, Fault>;

/// What `postgres-protocol` says of bytes that it makes no message of. What a stream says is told apart where it is used.
impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Protocol("a message that can't be read")
    }
}

impl From<crate::Error> for Fault {
    fn from(error: crate::Error) -> Self {
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
