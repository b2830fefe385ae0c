//! `COPY … TO STDOUT (FORMAT BINARY)`, read in place: the rows of a chunk are places in the connection's buffer.
//!
//! The server sends one row a message; anything else is a fault. After the message's head, only the lengths of a row's
//! cells are looked at; the cells themselves are the gate's and the destination's to read.

mod chunk;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
#[cfg(test)]
mod tests;

use super::connection::{Attempt, Connection, Fault, HEAD_BYTES, is_aside};
pub(super) use chunk::Chunk;
use chunk::Stop;
use postgres_protocol::message::backend::{COPY_DATA_TAG, CopyOutResponseBody, Message};
use postgres_protocol::message::frontend;
use std::io::{Read, Write};

/// In `CopyOutResponse`: the whole, or a column, is in the binary format.
const BINARY: u16 = 1;

/// The rows of one query on their way.
pub(super) struct CopyOut {
    pub chunk: Chunk,
    /// Rows of all chunks.
    rows: u64,
}

impl CopyOut {
    /// Sends a query that gives this many columns, and waits for the begin of its rows.
    pub fn begin<S: Read + Write>(
        connection: &mut Connection<S>,
        query: &str,
        columns: usize,
    ) -> Attempt<Self> {
        // The query may end with a comment.
        let copy = format!("COPY ({query}\n) TO STDOUT (FORMAT BINARY)");
        connection.ask(|buffer| frontend::query(&copy, buffer))?;
        match connection.receive()? {
            Message::CopyOutResponse(body) => check_formats(&body, columns)?,
            _ => return Err(Fault::Protocol("no rows in the answer to COPY")),
        }
        Ok(Self {
            chunk: Chunk::new(columns),
            rows: 0,
        })
    }

    /// Replaces the chunk by the next rows: at least one, or none at the end. Whether more may follow.
    pub fn next_chunk<S: Read + Write>(&mut self, connection: &mut Connection<S>) -> Attempt<bool> {
        connection.input.consume(self.chunk.bytes());
        self.chunk.clear();
        loop {
            let stop = self.chunk.index(connection.input.bytes())?;
            if self.chunk.rows() > 0 {
                self.rows += self.chunk.rows() as u64;
                return Ok(true);
            }
            // What the chunk has passed over so far is no row.
            connection.input.consume(self.chunk.bytes());
            self.chunk.clear();
            match stop {
                Stop::Full => {}
                Stop::Short(bytes) => {
                    while connection.input.bytes().len() < bytes {
                        let read = connection.input.read_gathered(&mut connection.stream);
                        read.map_err(Fault::Io)?;
                    }
                }
                Stop::Other(tag) => pass_over(connection, tag)?,
                Stop::End => {
                    self.finish(connection)?;
                    return Ok(false);
                }
            }
        }
    }

    /// After the trailer: the server counts as many rows, and takes the next query.
    fn finish<S: Read + Write>(&self, connection: &mut Connection<S>) -> Attempt<()> {
        let Message::CopyDone = connection.receive()? else {
            return Err(Fault::Protocol("more after the last row"));
        };
        let Message::CommandComplete(body) = connection.receive()? else {
            return Err(Fault::Protocol("no count of the rows"));
        };
        let count = body
            .tag()?
            .strip_prefix("COPY ")
            .and_then(|count| count.parse().ok());
        if count != Some(self.rows) {
            return Err(Fault::Protocol("another count of rows than came"));
        }
        let Message::ReadyForQuery(_) = connection.receive()? else {
            return Err(Fault::Protocol("no end of the answer"));
        };
        connection.answered();
        Ok(())
    }
}

fn check_formats(body: &CopyOutResponseBody, columns: usize) -> Attempt<()> {
    use postgres::fallible_iterator::FallibleIterator;
    let formats: Vec<u16> = body.column_formats().collect()?;
    let is_binary =
        u16::from(body.format()) == BINARY && formats.iter().all(|format| *format == BINARY);
    if is_binary && formats.len() == columns {
        return Ok(());
    }
    Err(Fault::Protocol("rows of another form than was asked for"))
}

/// A message that is no row: what is said aside, or the end of the copy before its time.
fn pass_over<S: Read + Write>(connection: &mut Connection<S>, tag: u8) -> Attempt<()> {
    if is_aside(tag) {
        return connection.pass_over();
    }
    // An error of the server is a fault already.
    connection.receive()?;
    Err(Fault::Protocol("an end of the rows before the last one"))
}
