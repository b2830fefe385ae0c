//! Where the rows of a chunk are in the bytes that have arrived.

use super::{Attempt, COPY_DATA_TAG, Fault, HEAD_BYTES};
use crate::source::postgres::connection::head;

/// Rows that are passed to the gate at once.
const ROWS: usize = 256;
/// Longest message of a row: the server never builds one of 1 GiB.
const MOST_BYTES: usize = 1 << 30;
/// The start of a copy in the binary format.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Flags that a reader must know to continue.
const CRITICAL_FLAGS: u32 = 0xffff_0000;
/// Stands in place of a row's cell count.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// Stands in place of a cell's length.
const NULL: i32 = -1;

/// Consecutive rows, as the ranges of their cells.
pub(in super::super) struct Chunk {
    columns: usize,
    rows: usize,
    /// Row after row.
    cells: Vec<CellRange>,
    /// Total bytes of the chunk's messages.
    end: usize,
    has_header: bool,
    has_trailer: bool,
}

/// Where a cell is.
#[derive(Clone, Copy)]
struct CellRange {
    start: u32,
    /// [`NULL`] for a NULL cell.
    length: i32,
}

/// Why a chunk ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It has as many rows as a chunk can have.
    Full,
    /// The next message needs this many bytes of input, which have not arrived yet.
    Short(usize),
    /// The next message is not a row; it has this tag.
    Other(u8),
    /// Its last message was the trailer.
    End,
}

impl Chunk {
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            rows: 0,
            cells: Vec::with_capacity(columns * ROWS),
            end: 0,
            has_header: false,
            has_trailer: false,
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that the chunk's messages take from the beginning of the input.
    pub fn bytes(&self) -> usize {
        self.end
    }

    pub fn clear(&mut self) {
        self.rows = 0;
        self.cells.clear();
        self.end = 0;
    }

    /// A cell, from the bytes in which the chunk was indexed; `None` for NULL.
    pub fn cell<'a>(&self, bytes: &'a [u8], row: usize, column: usize) -> Option<&'a [u8]> {
        let CellRange { start, length } = *self.cells.get(row * self.columns + column)?;
        let (start, length) = (start as usize, usize::try_from(length).ok()?);
        bytes.get(start..start + length)
    }

    /// Adds the rows whose messages are complete, until the chunk is full.
    pub(super) fn index(&mut self, bytes: &[u8]) -> Attempt<Stop> {
        while self.rows < ROWS {
            if self.has_trailer {
                return Ok(Stop::End);
            }
            let rest = bytes.get(self.end..).unwrap_or_default();
            let Some((tag, whole)) = head(rest)? else {
                return Ok(Stop::Short(HEAD_BYTES));
            };
            if tag != COPY_DATA_TAG {
                return Ok(Stop::Other(tag));
            }
            if whole > MOST_BYTES {
                return Err(Fault::Protocol("a row that is too long"));
            }
            let Some(message) = rest.get(HEAD_BYTES..whole) else {
                return Ok(Stop::Short(whole));
            };
            self.end += whole;
            self.take(message)?;
        }
        Ok(Stop::Full)
    }

    /// Adds the message that ends where the chunk ends.
    fn take(&mut self, message: &[u8]) -> Attempt<()> {
        let message = if self.has_header {
            message
        } else {
            self.has_header = true;
            match after_header(message)? {
                // The header can arrive alone or with the first row.
                [] => return Ok(()),
                rest => rest,
            }
        };
        if message == TRAILER {
            self.has_trailer = true;
            return Ok(());
        }
        self.take_row(message)
    }

    fn take_row(&mut self, message: &[u8]) -> Attempt<()> {
        const CUT: Fault = Fault::Protocol("a truncated row");
        let (count, mut rest) = message.split_first_chunk().ok_or(CUT)?;
        if usize::try_from(i16::from_be_bytes(*count)) != Ok(self.columns) {
            return Err(Fault::Protocol("a row with the wrong number of cells"));
        }
        for _ in 0..self.columns {
            let (length, after) = rest.split_first_chunk().ok_or(CUT)?;
            let length = i32::from_be_bytes(*length);
            let start = u32::try_from(self.end - after.len());
            let start = start.map_err(|_| Fault::Protocol("more than 4 GiB at once"))?;
            self.cells.push(CellRange { start, length });
            rest = match usize::try_from(length) {
                Ok(length) => after.get(length..).ok_or(CUT)?,
                Err(_) if length == NULL => after,
                Err(_) => return Err(Fault::Protocol("a cell with a negative length")),
            };
        }
        if !rest.is_empty() {
            return Err(Fault::Protocol(
                "a row with extra bytes after its last cell",
            ));
        }
        self.rows += 1;
        Ok(())
    }
}

/// What follows the header of a copy.
pub(super) fn after_header(message: &[u8]) -> Attempt<&[u8]> {
    const BROKEN: Fault = Fault::Protocol("no header of the binary format");
    let rest = message.strip_prefix(SIGNATURE).ok_or(BROKEN)?;
    let (flags, rest) = rest.split_first_chunk().ok_or(BROKEN)?;
    if u32::from_be_bytes(*flags) & CRITICAL_FLAGS != 0 {
        return Err(BROKEN);
    }
    let (extension, rest) = rest.split_first_chunk().ok_or(BROKEN)?;
    let extension = usize::try_from(i32::from_be_bytes(*extension));
    let extension = extension.map_err(|_| BROKEN)?;
    rest.get(extension..).ok_or(BROKEN)
}
