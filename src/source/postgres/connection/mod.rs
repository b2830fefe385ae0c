//! firstseen's own connection to a PostgreSQL server: its messages, independent of what is done with the rows.
//! <https://www.postgresql.org/docs/current/protocol.html>
//!
//! In: a stream, or an [`Access`](super::access::Access) to open one. Out: a session that accepts queries. Nothing that
//! arrives from the other end is trusted: an invalid message is a [`Fault`], never a panic, and no memory is allocated for
//! bytes that have not arrived.

mod cancel;
mod channel_binding;
#[cfg(test)]
mod direct;
mod fault;
mod login;
mod reach;
mod start;
#[cfg(test)]
mod tests;

pub(super) use cancel::CancelRequest;
pub(super) use fault::{Attempt, Fault, HIDES_ROWS, hides_rows};
pub(super) use start::start;
#[cfg(test)]
pub(super) use tests::message;

use crate::source::TextRow;
use crate::source::wire::Input;
use bytes::BytesMut;
use postgres::fallible_iterator::FallibleIterator;
use postgres_protocol::Oid;
use postgres_protocol::message::backend::{
    DataRowBody, Header, Message, NOTICE_RESPONSE_TAG, NOTIFICATION_RESPONSE_TAG,
    PARAMETER_STATUS_TAG,
};
use postgres_protocol::message::frontend;
use std::io::{Read, Write};
use std::ops::Range;

/// Longest message that is not a row: an error can quote its statement and the calls that led to it.
const MOST_BYTES: usize = 16 << 20;
/// Bytes of a message's tag and length.
pub(super) const HEAD_BYTES: usize = 5;

/// A session with a server.
pub(super) struct Connection<S> {
    pub stream: S,
    /// What has arrived. Rows are read in place.
    pub input: Input,
    /// Whether the server waits for a query.
    is_ready: bool,
}

/// A message's tag, and its number of bytes including tag and length; `None` if its head has not arrived yet.
pub(super) fn head(bytes: &[u8]) -> Attempt<Option<(u8, usize)>> {
    let Some(header) = Header::parse(bytes)? else {
        return Ok(None);
    };
    let length = usize::try_from(header.len()).ok();
    let whole = length.and_then(|length| length.checked_add(1));
    let whole = whole.ok_or(Fault::Protocol("a message with an invalid length"))?;
    Ok(Some((header.tag(), whole)))
}

/// Whether messages with this tag can arrive at any time. All of them are ignored.
pub(super) fn is_asynchronous(tag: u8) -> bool {
    matches!(
        tag,
        NOTICE_RESPONSE_TAG | NOTIFICATION_RESPONSE_TAG | PARAMETER_STATUS_TAG
    )
}

fn text_row(body: &DataRowBody) -> Attempt<TextRow> {
    const CUT: Fault = Fault::Protocol("a truncated row");
    let cell = |range: Option<Range<usize>>| {
        let Some(range) = range else {
            return Ok(None);
        };
        let bytes = body.buffer().get(range).ok_or(CUT)?;
        Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
    };
    let ranges: Vec<_> = body.ranges().collect()?;
    ranges.into_iter().map(cell).collect()
}

impl<S: Read + Write> Connection<S> {
    /// Opens a connection over a stream on which nothing was sent yet.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            input: Input::new(),
            is_ready: false,
        }
    }

    /// Runs statements that return no rows.
    pub fn execute(&mut self, statements: &str) -> Attempt<()> {
        self.ask(|buffer| frontend::query(statements, buffer))?;
        loop {
            match self.receive()? {
                Message::CommandComplete(_) | Message::EmptyQueryResponse => {}
                Message::ReadyForQuery(_) => {
                    self.answered();
                    return Ok(());
                }
                _ => return Err(Fault::Protocol("rows that weren't asked for")),
            }
        }
    }

    /// The names and types of the columns that a query returns.
    pub fn describe(&mut self, query: &str) -> Attempt<Vec<(String, Oid)>> {
        self.ask(|buffer| {
            frontend::parse("", query, None, buffer)?;
            frontend::describe(b'S', "", buffer)?;
            frontend::sync(buffer);
            Ok(())
        })?;
        let mut columns = Vec::new();
        loop {
            match self.receive()? {
                Message::ParseComplete | Message::ParameterDescription(_) | Message::NoData => {}
                Message::RowDescription(body) => {
                    let column = |field: postgres_protocol::message::backend::Field<'_>| {
                        Ok((field.name().to_owned(), field.type_oid()))
                    };
                    columns = body.fields().map(column).collect()?;
                }
                Message::ReadyForQuery(_) => {
                    self.answered();
                    return Ok(columns);
                }
                _ => return Err(Fault::Protocol("no description of the query")),
            }
        }
    }

    /// Runs statements one after the other with one message, and ignores the rows that they return. A failure comes with the
    /// position of its statement in the list.
    pub fn run_all(&mut self, statements: &[String]) -> Result<(), (usize, Fault)> {
        let mut done = 0;
        let run = self.run_each(&statements.join(";\n"), &mut done);
        run.map_err(|fault| (done.min(statements.len().saturating_sub(1)), fault))
    }

    fn run_each(&mut self, statements: &str, done: &mut usize) -> Attempt<()> {
        self.ask(|buffer| frontend::query(statements, buffer))?;
        loop {
            match self.receive()? {
                Message::CommandComplete(_) => *done += 1,
                Message::RowDescription(_) | Message::DataRow(_) => {}
                Message::ReadyForQuery(_) => {
                    self.answered();
                    return Ok(());
                }
                _ => return Err(Fault::Protocol("no answer to a list of statements")),
            }
        }
    }

    /// The rows of a small result, their cells as text.
    pub fn text_rows(&mut self, query: &str) -> Attempt<Vec<TextRow>> {
        self.ask(|buffer| frontend::query(query, buffer))?;
        let mut rows = Vec::new();
        loop {
            match self.receive()? {
                Message::DataRow(body) => rows.push(text_row(&body)?),
                Message::RowDescription(_) | Message::CommandComplete(_) => {}
                Message::ReadyForQuery(_) => {
                    self.answered();
                    return Ok(rows);
                }
                _ => return Err(Fault::Protocol("no rows in the answer to a query")),
            }
        }
    }

    /// Sends a query. The caller must read the answer, up to the server's readiness for the next query.
    pub fn ask(&mut self, write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Attempt<()> {
        if !self.is_ready {
            return Err(Fault::Protocol("a query before the last one was answered"));
        }
        self.is_ready = false;
        self.send(write)
    }

    /// Closes the session. It accepts no queries afterwards.
    pub fn terminate(&mut self) -> Attempt<()> {
        self.ask(|buffer| {
            frontend::terminate(buffer);
            Ok(())
        })
    }

    /// Notes that the server is ready for the next query.
    pub fn answered(&mut self) {
        self.is_ready = true;
    }

    /// Sends messages.
    pub fn send(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>,
    ) -> Attempt<()> {
        let mut buffer = BytesMut::new();
        write(&mut buffer)?;
        self.stream.write_all(&buffer).map_err(Fault::Io)?;
        self.stream.flush().map_err(Fault::Io)
    }

    /// Skips the next message, which is one of those that can arrive at any time.
    pub fn pass_over(&mut self) -> Attempt<()> {
        let (_, whole) = self.whole_message()?;
        self.input.consume(whole);
        Ok(())
    }

    /// Waits until the next message is complete. Returns its tag and its number of bytes.
    fn whole_message(&mut self) -> Attempt<(u8, usize)> {
        let bytes = self.input.need(&mut self.stream, HEAD_BYTES);
        let head = head(bytes.map_err(Fault::Io)?)?;
        let (tag, whole) = head.ok_or(Fault::Protocol("a message with an invalid length"))?;
        if whole > MOST_BYTES {
            return Err(Fault::Protocol("a message that is too long"));
        }
        let bytes = self.input.need(&mut self.stream, whole);
        bytes.map_err(Fault::Io).map(|_| (tag, whole))
    }

    /// Receives the next message. An error from the server is a fault; asynchronous messages are skipped.
    pub fn receive(&mut self) -> Attempt<Message> {
        loop {
            let (tag, whole) = self.whole_message()?;
            if is_asynchronous(tag) {
                self.input.consume(whole);
                continue;
            }
            let bytes = self.input.bytes().get(..whole).unwrap_or_default();
            let message = Message::parse(&mut BytesMut::from(bytes))?;
            self.input.consume(whole);
            return match message {
                Some(Message::ErrorResponse(body)) => Err(Fault::of_server(&body)),
                Some(message) => Ok(message),
                None => Err(Fault::Protocol("a truncated message")),
            };
        }
    }
}
