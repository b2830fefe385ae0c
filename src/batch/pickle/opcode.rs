//! The opcodes of pickle protocol 4 that a list of dicts needs, as documented in Python's `pickletools`.

pub(super) const PROTO_4: [u8; 2] = [0x80, 4];
pub(super) const FRAME: u8 = 0x95;
pub(super) const STOP: u8 = b'.';
pub(super) const MARK: u8 = b'(';
pub(super) const EMPTY_LIST: u8 = b']';
pub(super) const APPENDS: u8 = b'e';
pub(super) const EMPTY_DICT: u8 = b'}';
pub(super) const SETITEMS: u8 = b'u';
pub(super) const NONE: u8 = b'N';
pub(super) const NEWTRUE: u8 = 0x88;
pub(super) const NEWFALSE: u8 = 0x89;
pub(super) const TUPLE1: u8 = 0x85;
pub(super) const TUPLE3: u8 = 0x87;
const POP: u8 = b'0';
const MEMOIZE: u8 = 0x94;
const BINGET: u8 = b'h';
const LONG_BINGET: u8 = b'j';
const STACK_GLOBAL: u8 = 0x93;
const REDUCE: u8 = b'R';
const BININT1: u8 = b'K';
const BININT2: u8 = b'M';
const BININT: u8 = b'J';
const LONG1: u8 = 0x8a;
const BINFLOAT: u8 = b'G';
/// For lengths of 1, 4 and 8 bytes.
const UNICODE: [u8; 3] = [0x8c, b'X', 0x8d];
/// For lengths of 1, 4 and 8 bytes.
const BYTES: [u8; 3] = [b'C', b'B', 0x8e];

/// A class whose instances a file contains. Its discriminant is its index in the memo.
#[derive(Debug, Clone, Copy)]
pub(super) enum Class {
    Decimal,
    Date,
    DateTime,
    Time,
    TimeDelta,
}

impl Class {
    /// All classes, in the order of the memo.
    pub(super) const ALL: [Self; 5] = [
        Self::Decimal,
        Self::Date,
        Self::DateTime,
        Self::Time,
        Self::TimeDelta,
    ];

    fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::Decimal => ("decimal", "Decimal"),
            Self::Date => ("datetime", "date"),
            Self::DateTime => ("datetime", "datetime"),
            Self::Time => ("datetime", "time"),
            Self::TimeDelta => ("datetime", "timedelta"),
        }
    }
}

/// Puts the class onto the stack.
pub(super) fn class(class: Class, out: &mut Vec<u8>) {
    let (module, name) = class.path();
    text(module, out);
    text(name, out);
    out.push(STACK_GLOBAL);
}

/// Moves the top of the stack to the next place in the memo.
pub(super) fn memoize_and_pop(out: &mut Vec<u8>) {
    out.extend_from_slice(&[MEMOIZE, POP]);
}

/// Returns the opcode that puts the item at `index` of the memo onto the stack.
pub(super) fn get(index: usize) -> Vec<u8> {
    match (u8::try_from(index), u32::try_from(index)) {
        (Ok(index), _) => vec![BINGET, index],
        (_, Ok(index)) => [&[LONG_BINGET], &index.to_le_bytes()[..]].concat(),
        // No schema has 2³² columns.
        _ => Vec::new(),
    }
}

/// Appends an instance of `class`, made by calling it with the tuple that `arguments` leaves on the stack.
pub(super) fn call(class: Class, out: &mut Vec<u8>, arguments: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[BINGET, class as u8]);
    arguments(out);
    out.push(REDUCE);
}

/// Appends a str.
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    counted(UNICODE, text.as_bytes(), out);
}

/// Appends a str of ASCII characters.
pub(super) fn ascii(characters: &[u8], out: &mut Vec<u8>) {
    counted(UNICODE, characters, out);
}

/// Appends a bytes object.
pub(super) fn bytes(bytes: &[u8], out: &mut Vec<u8>) {
    counted(BYTES, bytes, out);
}

/// Appends bytes after their length. `opcodes` are for lengths of 1, 4 and 8 bytes.
fn counted(opcodes: [u8; 3], bytes: &[u8], out: &mut Vec<u8>) {
    let [one, four, eight] = opcodes;
    match (u8::try_from(bytes.len()), u32::try_from(bytes.len())) {
        (Ok(length), _) => out.extend_from_slice(&[one, length]),
        (_, Ok(length)) => {
            out.push(four);
            out.extend_from_slice(&length.to_le_bytes());
        }
        _ => {
            out.push(eight);
            out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

/// Appends an int.
pub(super) fn int(value: i64, out: &mut Vec<u8>) {
    match (
        u8::try_from(value),
        u16::try_from(value),
        i32::try_from(value),
    ) {
        (Ok(value), ..) => out.extend_from_slice(&[BININT1, value]),
        (_, Ok(value), _) => {
            out.push(BININT2);
            out.extend_from_slice(&value.to_le_bytes());
        }
        (.., Ok(value)) => {
            out.push(BININT);
            out.extend_from_slice(&value.to_le_bytes());
        }
        _ => {
            out.extend_from_slice(&[LONG1, 8]);
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}

/// Appends an int that is not negative. Beyond `i64` a ninth byte keeps it positive.
pub(super) fn uint(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = i64::try_from(value) {
        return int(value, out);
    }
    out.extend_from_slice(&[LONG1, 9]);
    out.extend_from_slice(&value.to_le_bytes());
    out.push(0);
}

/// Appends a float.
pub(super) fn float(value: f64, out: &mut Vec<u8>) {
    out.push(BINFLOAT);
    out.extend_from_slice(&value.to_be_bytes());
}
