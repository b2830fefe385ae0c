//! A row, and the two ways to write it.

/// The columns, without the key.
pub(super) const COLUMNS: [(&str, &str); 4] = [
    ("ID", "CHAR(32)"),
    ("ID_BIRTHDAY", "DATE"),
    ("ID_SEX", "CHAR(1)"),
    ("HASHIDV", "CHAR(32)"),
];
/// The key column of `--with-key`. SQLite uses a column of exactly this type as its rowid.
pub(super) const KEY_COLUMN: (&str, &str) = ("SEQ", "INTEGER PRIMARY KEY");

/// 32 hexadecimal digits.
pub(super) type Digits = [u8; 32];

/// A row that consists of ASCII letters, digits and hyphens, so nothing in it needs escaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// Its position in its table, from 1.
    pub(super) seq: u64,
    pub(super) id: Digits,
    pub(super) birthday: &'a str,
    pub(super) sex: &'static str,
    pub(super) hashidv: Digits,
}

/// Tab-separated fields and a line feed: what COPY and LOAD DATA read by default.
pub(super) fn write_line(row: &Row<'_>, with_key: bool, text: &mut Vec<u8>) {
    if with_key {
        text.extend_from_slice(format!("{}\t", row.seq).as_bytes());
    }
    write_fields(row, b"\t", text);
    text.push(b'\n');
}

/// A parenthesized row of an INSERT's VALUES, and a comma.
pub(super) fn write_values(row: &Row<'_>, with_key: bool, text: &mut Vec<u8>) {
    text.push(b'(');
    if with_key {
        text.extend_from_slice(format!("{},", row.seq).as_bytes());
    }
    text.push(b'\'');
    write_fields(row, b"','", text);
    text.extend_from_slice(b"'),");
}

fn write_fields(row: &Row<'_>, between: &[u8], text: &mut Vec<u8>) {
    text.extend_from_slice(&row.id);
    text.extend_from_slice(between);
    text.extend_from_slice(row.birthday.as_bytes());
    text.extend_from_slice(between);
    text.extend_from_slice(row.sex.as_bytes());
    text.extend_from_slice(between);
    text.extend_from_slice(&row.hashidv);
}

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
