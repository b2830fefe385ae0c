//! A server's answers to commands.

use super::packets::malformed;
use crate::Error;
use crate::source::mysql::error;
use mysql_common::constants::CapabilityFlags;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{Column, ErrPacket, StmtPacket};
use std::io;

/// First byte of the answer to a command without a result.
pub(in super::super) const OK: u8 = 0x00;
/// First byte of a request for one of the client's files.
const LOCAL_INFILE: u8 = 0xfb;
/// First byte of the packet that ends columns or rows.
pub(in super::super) const EOF: u8 = 0xfe;
/// A packet that begins with [`EOF`] and is shorter than this is one, and not a row.
pub(in super::super) const MAX_EOF_BYTES: usize = 9;
/// First byte of an error.
pub(in super::super) const ERR: u8 = 0xff;
/// Bit in an EOF packet's status: another result follows.
const MORE_RESULTS: u16 = 0x0008;

/// Turns an error packet into the job's error.
pub(in super::super) fn refusal(payload: &[u8]) -> Error {
    let capabilities = CapabilityFlags::CLIENT_PROTOCOL_41;
    match ParseBuf(payload).parse::<ErrPacket<'_>>(capabilities) {
        Ok(ErrPacket::Error(server)) => {
            let state = server
                .sql_state_ref()
                .map(|state| state.as_str().into_owned());
            error::server(
                server.error_code(),
                state.as_deref().unwrap_or("HY000"),
                &server.message_str(),
            )
        }
        Ok(ErrPacket::Progress(_)) | Err(_) => error::lost(&malformed("an error can't be read")),
    }
}

/// Returns whether a packet ends columns or rows. One that announces another result is malformed: no command asks for two.
pub(in super::super) fn is_end(payload: &[u8]) -> io::Result<bool> {
    match payload {
        [EOF, _, _, low, high] if u16::from_le_bytes([*low, *high]) & MORE_RESULTS != 0 => {
            Err(malformed("it announces a second result"))
        }
        [EOF, _, _, _, _] => Ok(true),
        [EOF, ..] if payload.len() < MAX_EOF_BYTES => {
            Err(malformed("the packet that ends the rows is too short"))
        }
        _ => Ok(false),
    }
}

/// Returns how many columns a result has, or `None` if the command has no result.
pub(in super::super) fn column_count(payload: &[u8]) -> io::Result<Option<usize>> {
    match payload {
        [OK, ..] => Ok(None),
        [LOCAL_INFILE, ..] => Err(malformed("it asks for a local file")),
        [count] if *count < LOCAL_INFILE => Ok(Some(usize::from(*count))),
        [0xfc, low, high] => Ok(Some(usize::from(u16::from_le_bytes([*low, *high])))),
        _ => Err(malformed("the number of columns can't be read")),
    }
}

/// Reads a column's definition.
pub(in super::super) fn column(payload: &[u8]) -> io::Result<Column> {
    ParseBuf(payload)
        .parse::<Column>(())
        .map_err(|_| malformed("a column can't be read"))
}

/// Reads a prepared statement's id, and how many definitions follow.
pub(in super::super) fn prepared(payload: &[u8]) -> io::Result<StmtPacket> {
    ParseBuf(payload)
        .parse::<StmtPacket>(())
        .map_err(|_| malformed("a prepared statement can't be read"))
}
