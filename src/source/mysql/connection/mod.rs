//! The native connection: the text protocol, read in place.
//!
//! In: a login, and SQL. Out: a session, small answers, and the stream of packets that a large result is read from.

#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod login;
mod packets;
mod password;
mod response;
mod row;

pub(super) use packets::{FULL_BYTES, HEADER_BYTES, Packets, malformed, payload_bytes};
pub(super) use response::{EOF, ERR, MAX_EOF_BYTES, is_end, refusal};
pub(super) use row::{CellRange, split};

use super::super::TextRow;
use super::super::wire::{Closer, Stream};
use super::error;
use super::login::Login;
use crate::{Error, ErrorKind, Result};
use mysql_common::packets::Column;
use password::Channel;
use std::time::{Duration, Instant};

/// Commands, by their first byte.
const QUERY: u8 = 0x03;
const PREPARE: u8 = 0x16;
const CLOSE_STATEMENT: u8 = 0x19;

/// A session.
pub(super) struct Connection {
    pub packets: Packets<Stream>,
    id: u32,
}

/// Why there is no session.
pub(super) enum Refused {
    /// The server requires the authentication method of this name, which we don't support.
    UnknownAuthentication(String),
    /// Another reason.
    Otherwise(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Otherwise(error)
    }
}

impl Connection {
    /// Begins a session. The timeout covers everything until [`Connection::has_begun`].
    pub fn open(login: &Login, timeout: Duration) -> Result<Self, Refused> {
        Self::begin(login, timeout).map_err(|refused| match refused {
            Refused::Otherwise(error) if error.kind() == ErrorKind::Unreachable => {
                Refused::Otherwise(error.within(&login.address))
            }
            refused => refused,
        })
    }

    fn begin(login: &Login, timeout: Duration) -> Result<Self, Refused> {
        let deadline = Instant::now() + timeout;
        let stream = Stream::connect(&login.address, deadline)
            .map_err(|cause| error::unreachable(&cause))?;
        let mut packets = Packets::new(stream);
        let greeting = login::greeting(&mut packets)?;
        let mut packets = login::encrypt(packets, &greeting, login)?;
        let channel = if packets.stream.is_encrypted() {
            Channel::Encrypted
        } else if login.address.is_socket() {
            Channel::Socket
        } else {
            Channel::Open
        };
        login::authenticate(&mut packets, &greeting, login, channel)?;
        Ok(Self {
            packets,
            id: greeting.connection_id,
        })
    }

    /// Allows each answer to take this long from now on.
    pub fn has_begun(&mut self, read_timeout: Duration) -> Result<()> {
        let set = self.packets.stream.wait_for(read_timeout);
        set.map_err(|cause| error::unreachable(&cause))
    }

    /// Returns the session's id on the server.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Returns a handle that ends this connection from another thread.
    pub fn closer(&self) -> Result<Closer> {
        self.packets
            .stream
            .closer()
            .map_err(|cause| error::lost(&cause))
    }

    /// Runs a statement that has no result.
    pub fn execute(&mut self, sql: &str) -> Result<()> {
        match self.query(sql)? {
            None => Ok(()),
            Some(_) => Err(error::lost(&malformed(
                "it is a result, and none was expected",
            ))),
        }
    }

    /// Sends a query. Returns the columns of its result, whose rows are the next packets, or `None` if it has no result.
    pub fn query(&mut self, sql: &str) -> Result<Option<Vec<Column>>> {
        self.command(QUERY, sql.as_bytes())?;
        let answer = self.answer()?;
        match response::column_count(&answer).map_err(|cause| error::lost(&cause))? {
            None => Ok(None),
            Some(count) => self.columns(count).map(Some),
        }
    }

    /// Has the server parse and plan a query, without running it.
    pub fn check(&mut self, sql: &str) -> Result<()> {
        self.command(PREPARE, sql.as_bytes())?;
        let answer = self.answer()?;
        let prepared = response::prepared(&answer).map_err(|cause| error::lost(&cause))?;
        for definitions in [prepared.num_params(), prepared.num_columns()] {
            if definitions > 0 {
                self.columns(usize::from(definitions))?;
            }
        }
        // The server doesn't answer this.
        self.command(CLOSE_STATEMENT, &prepared.statement_id().to_le_bytes())
    }

    /// Returns the rows of a small result, with their cells as text.
    pub fn text_rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        let columns = self.query(sql)?.map_or(0, |columns| columns.len());
        let mut rows = Vec::new();
        let mut cells = vec![CellRange::NULL; columns];
        loop {
            let payload = self.answer()?;
            if is_end(&payload).map_err(|cause| error::lost(&cause))? {
                return Ok(rows);
            }
            split(&payload, 0..payload.len(), &mut cells).map_err(|cause| error::lost(&cause))?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            rows.push(
                cells
                    .iter()
                    .map(|cell| cell.of(&payload).map(text))
                    .collect(),
            );
        }
    }

    fn columns(&mut self, count: usize) -> Result<Vec<Column>> {
        let mut columns = Vec::new();
        for _ in 0..count {
            let payload = self.answer()?;
            columns.push(response::column(&payload).map_err(|cause| error::lost(&cause))?);
        }
        let payload = self.answer()?;
        match is_end(&payload) {
            Ok(true) => Ok(columns),
            Ok(false) => Err(error::lost(&malformed(
                "there are more columns than announced",
            ))),
            Err(cause) => Err(error::lost(&cause)),
        }
    }

    fn command(&mut self, command: u8, argument: &[u8]) -> Result<()> {
        let mut payload = Vec::with_capacity(argument.len() + 1);
        payload.push(command);
        payload.extend_from_slice(argument);
        self.packets
            .begin(&payload)
            .map_err(|cause| error::lost(&cause))
    }

    /// Reads the next payload. An error packet becomes the server's error.
    fn answer(&mut self) -> Result<Vec<u8>> {
        let payload = self.packets.read().map_err(|cause| error::lost(&cause))?;
        match payload.first() {
            Some(&ERR) => Err(refusal(&payload)),
            Some(_) => Ok(payload),
            None => Err(error::lost(&malformed("it is empty"))),
        }
    }
}
