//! A row in the text protocol: its cells one after another, each preceded by its length.
//! <https://mariadb.com/kb/en/resultset-row/>

use super::packets::malformed;
use std::io;
use std::ops::Range;

/// First bytes of a cell that aren't its length: NULL, and markers for lengths of two, three and eight bytes.
const NULL: u8 = 0xfb;
const LENGTH_16: u8 = 0xfc;
const LENGTH_24: u8 = 0xfd;
const LENGTH_64: u8 = 0xfe;

/// Where a cell is in a buffer of less than 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct CellRange {
    start: u32,
    /// Less than the start for NULL.
    end: u32,
}

impl CellRange {
    pub const NULL: Self = Self { start: 1, end: 0 };

    /// Returns its bytes in the buffer that it was found in, or `None` for NULL.
    #[inline]
    pub fn of(self, buffer: &[u8]) -> Option<&[u8]> {
        buffer.get(self.start as usize..self.end as usize)
    }
}

/// Finds the cells of the row at `payload` in a buffer. The row must have exactly as many cells as `cells`.
#[inline]
pub(in super::super) fn split(
    buffer: &[u8],
    payload: Range<usize>,
    cells: &mut [CellRange],
) -> io::Result<()> {
    let end = u32::try_from(payload.end).map_err(|_| malformed("a row is larger than 4 GiB"))?;
    let row = buffer.get(..payload.end).unwrap_or_default();
    let mut at = payload.start;
    for cell in cells {
        let Some(&first) = row.get(at) else {
            return Err(short());
        };
        at += 1;
        let mut length = usize::from(first);
        if first >= NULL {
            match first {
                NULL => {
                    *cell = CellRange::NULL;
                    continue;
                }
                LENGTH_16 | LENGTH_24 | LENGTH_64 => length = long(row, first, &mut at)?,
                _ => return Err(malformed("a cell has no length")),
            }
        }
        // Both are at most `end`, which fits.
        let start = u32::try_from(at).unwrap_or(end);
        at = at.saturating_add(length);
        if at > row.len() {
            return Err(short());
        }
        *cell = CellRange {
            start,
            end: u32::try_from(at).unwrap_or(end),
        };
    }
    if at == payload.end {
        Ok(())
    } else {
        Err(malformed("a row has more cells than columns"))
    }
}

fn short() -> io::Error {
    malformed("a row ends before its last cell")
}

/// Reads a length of several bytes, in little-endian order.
#[cold]
fn long(row: &[u8], first: u8, at: &mut usize) -> io::Result<usize> {
    let bytes = match first {
        LENGTH_16 => 2,
        LENGTH_24 => 3,
        _ => 8,
    };
    let Some(written) = row.get(*at..*at + bytes) else {
        return Err(short());
    };
    *at += bytes;
    let mut length = [0; 8];
    for (to, from) in length.iter_mut().zip(written) {
        *to = *from;
    }
    usize::try_from(u64::from_le_bytes(length)).map_err(|_| short())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(payload: &[u8], columns: usize) -> Option<Vec<Option<&[u8]>>> {
        let mut cells = vec![CellRange::NULL; columns];
        split(payload, 0..payload.len(), &mut cells).ok()?;
        Some(cells.iter().map(|cell| cell.of(payload)).collect())
    }

    #[test]
    fn cells_of_every_kind_of_length_are_found() {
        assert_eq!(
            cells(b"\x01a\x00\xfb\x02bc", 4).unwrap(),
            [Some(&b"a"[..]), Some(b""), None, Some(b"bc")]
        );
        for (length, bytes) in [(250, 1), (251, 3), (65_535, 3), (65_536, 4), (1 << 24, 9)] {
            let mut payload = match bytes {
                1 => vec![u8::try_from(length).unwrap()],
                3 => vec![LENGTH_16],
                4 => vec![LENGTH_24],
                _ => vec![LENGTH_64],
            };
            let written = u64::try_from(length).unwrap().to_le_bytes();
            payload.extend(&written[..bytes - 1]);
            payload.resize(bytes + length, b'x');
            let found = cells(&payload, 1).unwrap();
            assert_eq!(found[0].unwrap().len(), length);
        }
    }

    #[test]
    fn a_row_that_does_not_end_with_its_last_cell_is_malformed() {
        for (payload, columns) in [
            (&b"\x02a"[..], 1),
            (b"\x01ab", 1),
            (b"\x01a", 2),
            (b"", 1),
            (b"\xff", 1),
            (b"\xfc\x01", 1),
            (b"\xfd\xff\xff\xffx", 1),
            (b"\xfe\xff\xff\xff\xff\xff\xff\xff\xffx", 1),
        ] {
            assert_eq!(cells(payload, columns), None, "{payload:?}");
        }
    }
}
