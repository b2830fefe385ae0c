//! `COPY … TO STDOUT (FORMAT BINARY)`, read in place: the rows of a chunk are ranges in the connection's buffer.
//!
//! The server sends one row per message; anything else is a fault. After the message's head, only the lengths of a row's
//! cells are read here. The gate and the destination read the cells themselves.

mod chunk;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
#[cfg(test)]
mod tests;

use super::connection::{Attempt, Connection, Fault, HEAD_BYTES, is_asynchronous};
pub(super) use chunk::Chunk;
use chunk::Stop;
use postgres_protocol::message::backend::{COPY_DATA_TAG, CopyOutResponseBody, Message};
use postgres_protocol::message::frontend;
use std::io::{Read, Write};

/// In `CopyOutResponse`: the whole copy, or a column, is in the binary format.
const BINARY: u16 = 1;

/// The rows of one query as they arrive.
pub(super) struct CopyOut {
    pub chunk: Chunk,
    /// Rows in all chunks so far.
    rows: u64,
}

impl CopyOut {
    /// Sends a query that returns this many columns, and waits for its rows to begin.
    pub fn begin<S: Read + Write>(
        connection: &mut Connection<S>,
        query: &str,
        columns: usize,
    ) -> Attempt<Self> {
        // The line break is for a query that ends with a comment.
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

    /// Replaces the chunk with the next rows: at least one, or none at the end. Returns whether more can follow.
    pub fn next_chunk<S: Read + Write>(&mut self, connection: &mut Connection<S>) -> Attempt<bool> {
        connection.input.consume(self.chunk.bytes());
        self.chunk.clear();
        loop {
            let stop = self.chunk.index(connection.input.bytes())?;
            if self.chunk.rows() > 0 {
                self.rows += self.chunk.rows() as u64;
                return Ok(true);
            }
            // What the chunk has read so far contains no row.
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

    /// Checks, after the trailer, that the server counts as many rows and accepts the next query.
    fn finish<S: Read + Write>(&self, connection: &mut Connection<S>) -> Attempt<()> {
        let Message::CopyDone = connection.receive()? else {
            return Err(Fault::Protocol("data after the last row"));
        };
        let Message::CommandComplete(body) = connection.receive()? else {
            return Err(Fault::Protocol("no row count"));
        };
        let count = body
            .tag()?
            .strip_prefix("COPY ")
            .and_then(|count| count.parse().ok());
        if count != Some(self.rows) {
            return Err(Fault::Protocol(
                "a row count that differs from the rows received",
            ));
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
    Err(Fault::Protocol("rows in a format that wasn't asked for"))
}

/// Handles a message that is not a row: skips an asynchronous one, and fails at a premature end of the copy.
fn pass_over<S: Read + Write>(connection: &mut Connection<S>, tag: u8) -> Attempt<()> {
    if is_asynchronous(tag) {
        return connection.pass_over();
    }
    // An error from the server is already a fault.
    connection.receive()?;
    Err(Fault::Protocol("a premature end of the rows"))
}
