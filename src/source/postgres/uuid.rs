//! UUIDs: 16 bytes on the wire and in a key, text in the output.

use super::connection::Fault;
use super::error::broken;
use crate::Result;
use crate::destination::WrittenRows;
use postgres::types::{Oid, Type};

const TEXT_BYTES: usize = 36;

/// The UUIDs of a chunk's candidates as text, in one buffer.
#[derive(Default)]
pub(super) struct Uuids {
    /// By column: its position among the UUID columns, if it is one.
    places: Vec<Option<usize>>,
    columns: Vec<usize>,
    /// Candidate by candidate; arbitrary text for a NULL.
    text: Vec<u8>,
}

impl Uuids {
    /// Prepares for columns of these types.
    pub fn among(types: impl Iterator<Item = Oid>) -> Self {
        let mut uuids = Self::default();
        for (column, oid) in types.enumerate() {
            let is_uuid = oid == Type::UUID.oid();
            uuids.places.push(is_uuid.then_some(uuids.columns.len()));
            if is_uuid {
                uuids.columns.push(column);
            }
        }
        uuids
    }

    /// Writes those of the candidates, replacing the previous chunk's.
    pub fn write(&mut self, rows: &impl WrittenRows, candidates: &[usize]) -> Result<()> {
        self.text.clear();
        if self.columns.is_empty() {
            return Ok(());
        }
        for row in candidates {
            for column in &self.columns {
                let bytes = rows
                    .cell(*row, *column)
                    .map_or(Ok([0; 16]), <[u8; 16]>::try_from);
                let bytes = bytes.map_err(|_| broken(Fault::Protocol("an invalid UUID")))?;
                self.text.extend_from_slice(&text(bytes));
            }
        }
        Ok(())
    }

    /// A candidate's UUID, if the column is one of UUIDs; arbitrary text for a NULL.
    pub fn text(&self, candidate: usize, column: usize) -> Option<&[u8]> {
        let place = (*self.places.get(column)?)?;
        let start = (candidate * self.columns.len() + place) * TEXT_BYTES;
        self.text.get(start..start + TEXT_BYTES)
    }
}

/// `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`.
fn text(bytes: [u8; 16]) -> [u8; TEXT_BYTES] {
    const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; TEXT_BYTES];
    let places = (0..TEXT_BYTES).filter(|place| ![8, 13, 18, 23].contains(place));
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    for (place, half) in places.zip(halves) {
        text[place] = HEX_DIGITS[usize::from(half)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_written_as_the_server_writes_it() {
        let bytes = 0xa0ee_bc99_9c0b_4ef8_bb6d_6bb9_bd38_0a11_u128.to_be_bytes();
        assert_eq!(&text(bytes), b"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        assert_eq!(&text([0xff; 16]), b"ffffffff-ffff-ffff-ffff-ffffffffffff");
    }
}
