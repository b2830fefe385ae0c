//! A row, and the two ways to write it as text.

use std::ops::Range;

/// The cells of one row, which is filled again for the next one.
///
/// A cell is NULL or text that consists of ASCII letters, digits, spaces and harmless punctuation, so nothing in it needs
/// escaping. A number is its decimal text, which every database turns into its column's type.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: Vec<u8>,
    cells: Vec<Option<Range<usize>>>,
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    pub(super) fn push(&mut self, cell: impl AsRef<[u8]>) {
        self.push_with(|text| text.extend_from_slice(cell.as_ref()));
    }

    /// Adds a cell that `write` appends to the text.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.text);
        self.cells.push(Some(start..self.text.len()));
    }

    pub(super) fn push_null(&mut self) {
        self.cells.push(None);
    }

    /// The cells in the order of the columns; `None` is NULL.
    pub(super) fn cells(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let text = |range: &Range<usize>| self.text.get(range.clone());
        self.cells
            .iter()
            .map(move |cell| cell.as_ref().and_then(text))
    }
}

/// Tab-separated cells and a line feed: what COPY and LOAD DATA read by default.
pub(super) fn write_line(row: &Row, text: &mut Vec<u8>) {
    for (number, cell) in row.cells().enumerate() {
        if number > 0 {
            text.push(b'\t');
        }
        text.extend_from_slice(cell.unwrap_or(b"\\N"));
    }
    text.push(b'\n');
}

/// A parenthesized row of an INSERT's VALUES, and a comma.
pub(super) fn write_values(row: &Row, text: &mut Vec<u8>) {
    for (number, cell) in row.cells().enumerate() {
        text.push(if number == 0 { b'(' } else { b',' });
        match cell {
            Some(cell) => {
                text.push(b'\'');
                text.extend_from_slice(cell);
                text.push(b'\'');
            }
            None => text.extend_from_slice(b"NULL"),
        }
    }
    text.extend_from_slice(b"),");
}

/// 32 hexadecimal digits.
pub(super) type Digits = [u8; 32];

/// `number` as lower-case hexadecimal digits.
pub(super) fn digits(number: u128) -> Digits {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(number.to_be_bytes()) {
        // Half a byte is below 16.
        pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
    digits
}
