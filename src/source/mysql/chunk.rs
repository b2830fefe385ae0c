//! Rows in the connection's buffer: complete packets, and where their cells are.

use super::connection::{
    CellRange, EOF, ERR, FULL_BYTES, HEADER_BYTES, MAX_EOF_BYTES, is_end, malformed, payload_bytes,
    split,
};
use std::io;
use std::ops::Range;

/// Rows that the gate is asked about at once, so that its cache misses overlap.
const ROWS: usize = 256;

/// The rows at the front of a buffer.
#[derive(Debug)]
pub(super) struct Chunk {
    columns: usize,
    rows: usize,
    /// Row after row, followed by leftovers of earlier rows.
    cells: Vec<CellRange>,
    /// Bytes of the buffer that the rows and their end occupy.
    pub taken: usize,
    /// What follows the rows, if it has arrived.
    pub end: Option<End>,
}

/// How a result ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// All its rows have arrived.
    Complete,
    /// An error, which this payload describes.
    Error(Range<usize>),
}

impl Chunk {
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            rows: 0,
            cells: Vec::new(),
            taken: 0,
            end: None,
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns a cell in the buffer that the chunk was filled from, or `None` for NULL.
    #[inline]
    pub fn cell<'a>(&self, buffer: &'a [u8], row: usize, column: usize) -> Option<&'a [u8]> {
        self.cells.get(row * self.columns + column)?.of(buffer)
    }

    /// Finds the rows whose packets are complete, up to a few hundred. `sequence` is the first packet's number, and
    /// afterwards the next one's. If a row takes several packets, their payloads are joined in place.
    pub fn fill(&mut self, buffer: &mut [u8], sequence: &mut u8) -> io::Result<()> {
        self.rows = 0;
        self.taken = 0;
        while self.rows < ROWS && self.end.is_none() {
            let Some(packet) = next_packet(buffer, self.taken, sequence)? else {
                break;
            };
            self.take(buffer, &packet.payload)?;
            self.taken = packet.end;
        }
        Ok(())
    }

    #[inline]
    fn take(&mut self, buffer: &[u8], payload: &Range<usize>) -> io::Result<()> {
        match buffer.get(payload.start) {
            Some(&ERR) => self.end = Some(End::Error(payload.clone())),
            Some(&EOF) if payload.len() < MAX_EOF_BYTES => {
                if !is_end(buffer.get(payload.clone()).unwrap_or_default())? {
                    return Err(malformed("the end of the rows can't be read"));
                }
                self.end = Some(End::Complete);
            }
            _ => {
                let start = self.rows * self.columns;
                self.rows += 1;
                let end = self.rows * self.columns;
                if self.cells.len() < end {
                    self.cells.resize(end, CellRange::NULL);
                }
                split(buffer, payload.clone(), &mut self.cells[start..end])?;
            }
        }
        Ok(())
    }
}

/// A packet in a buffer, or several that belong together.
struct Packet {
    payload: Range<usize>,
    /// Where the next one begins.
    end: usize,
}

/// Returns the packet that begins at `at`, or `None` if it isn't complete.
#[inline]
fn next_packet(buffer: &mut [u8], at: usize, sequence: &mut u8) -> io::Result<Option<Packet>> {
    let Some(&[low, middle, high, number]) = buffer.get(at..at + HEADER_BYTES) else {
        return Ok(None);
    };
    let bytes = payload_bytes([low, middle, high]);
    if bytes >= FULL_BYTES {
        return joined(buffer, at, sequence);
    }
    let payload = at + HEADER_BYTES..at + HEADER_BYTES + bytes;
    if payload.end > buffer.len() {
        return Ok(None);
    }
    if number != *sequence {
        return Err(malformed("it is out of sequence"));
    }
    *sequence = sequence.wrapping_add(1);
    Ok(Some(Packet {
        end: payload.end,
        payload,
    }))
}

/// Moves the payloads of a row's packets together, once all of them have arrived.
#[cold]
fn joined(buffer: &mut [u8], at: usize, sequence: &mut u8) -> io::Result<Option<Packet>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut next = at;
    let mut number = *sequence;
    loop {
        let Some(&[low, middle, high, found]) = buffer.get(next..next + HEADER_BYTES) else {
            return Ok(None);
        };
        let bytes = payload_bytes([low, middle, high]);
        let part = next + HEADER_BYTES..next + HEADER_BYTES + bytes;
        if part.end > buffer.len() {
            return Ok(None);
        }
        if found != number {
            return Err(malformed("it is out of sequence"));
        }
        number = number.wrapping_add(1);
        next = part.end;
        parts.push(part);
        if bytes < FULL_BYTES {
            break;
        }
    }
    let start = at + HEADER_BYTES;
    let mut end = start;
    for part in parts {
        let bytes = part.len();
        buffer.copy_within(part, end);
        end += bytes;
    }
    *sequence = number;
    Ok(Some(Packet {
        payload: start..end,
        end: next,
    }))
}

#[cfg(test)]
mod tests;
