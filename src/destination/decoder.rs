//! How a column's cells are read. Chosen once, by the source's format and the plan's type, so that each cell costs one call.

use super::cell_type::CellType;
use super::fit::{Fit, Misfit};
use arrow::datatypes::{DataType, Field, i256};
use std::fmt::Debug;

/// How a source encodes its values. Each database implements it.
pub(crate) trait CellEncoding: Debug + Sync {
    /// The decoder that reads cells of this type as values of the plan's type.
    fn decoder(&self, cell_type: CellType, data_type: &DataType) -> Decoder;

    /// Whether equal values of a type can have different bytes. Keys of such a type are decoded before they are compared.
    fn has_spellings(&self, _data_type: &DataType) -> bool {
        false
    }

    /// Advice about a value that doesn't fit, if this database has its own.
    fn remedy(&self, _misfit: Misfit, _field: &Field) -> Option<String> {
        None
    }
}

/// Turns the bytes of a cell into what Arrow stores.
pub(crate) type ReadAs<T> = Box<dyn Fn(&[u8]) -> Fit<T> + Send + Sync>;

/// Passes the elements of an array to `put` one after the other, `None` for NULL, as long as they fit.
pub(crate) type ReadElements =
    fn(array: &[u8], put: &mut dyn FnMut(Option<&[u8]>) -> Fit<()>) -> Fit<()>;

/// Reads the cells of one column.
pub(crate) enum Decoder {
    Truth(ReadAs<bool>),
    Bits8(ReadAs<u8>),
    Bits16(ReadAs<u16>),
    Bits32(ReadAs<u32>),
    Bits64(ReadAs<u64>),
    Bits128(ReadAs<i128>),
    Bits256(ReadAs<i256>),
    /// Text as it is, if it is UTF-8.
    Text,
    /// Bytes as they are.
    Bytes,
    /// Bytes that are converted first.
    Written(fn(cell: &[u8], to: &mut Vec<u8>) -> Fit<()>),
    List(ReadElements, Box<Decoder>),
    /// Refuses every value: this source type never holds the plan's type.
    None,
}

impl Decoder {
    pub fn truth(read: impl Fn(&[u8]) -> Fit<bool> + Send + Sync + 'static) -> Self {
        Self::Truth(Box::new(read))
    }

    pub fn bits8(read: impl Fn(&[u8]) -> Fit<u8> + Send + Sync + 'static) -> Self {
        Self::Bits8(Box::new(read))
    }

    pub fn bits16(read: impl Fn(&[u8]) -> Fit<u16> + Send + Sync + 'static) -> Self {
        Self::Bits16(Box::new(read))
    }

    pub fn bits32(read: impl Fn(&[u8]) -> Fit<u32> + Send + Sync + 'static) -> Self {
        Self::Bits32(Box::new(read))
    }

    pub fn bits64(read: impl Fn(&[u8]) -> Fit<u64> + Send + Sync + 'static) -> Self {
        Self::Bits64(Box::new(read))
    }

    pub fn bits128(read: impl Fn(&[u8]) -> Fit<i128> + Send + Sync + 'static) -> Self {
        Self::Bits128(Box::new(read))
    }

    pub fn bits256(read: impl Fn(&[u8]) -> Fit<i256> + Send + Sync + 'static) -> Self {
        Self::Bits256(Box::new(read))
    }

    /// Days since 1970.
    pub fn days(read: impl Fn(&[u8]) -> Fit<i32> + Send + Sync + 'static) -> Self {
        Self::bits32(move |cell| Ok(read(cell)?.cast_unsigned()))
    }

    /// Microseconds since 1970, since midnight, or of a duration.
    pub fn micros(read: impl Fn(&[u8]) -> Fit<i64> + Send + Sync + 'static) -> Self {
        Self::bits64(move |cell| Ok(read(cell)?.cast_unsigned()))
    }

    /// The value in bytes that are the same for equal values, however these are written. For types of fixed width only.
    pub fn comparable(&self, cell: &[u8]) -> Fit<[u8; 32]> {
        Ok(match self {
            Self::Bits32(read) => padded(&read(cell)?.to_le_bytes()),
            Self::Bits64(read) => padded(&read(cell)?.to_le_bytes()),
            Self::Bits128(read) => padded(&read(cell)?.to_le_bytes()),
            Self::Bits256(read) => read(cell)?.to_le_bytes(),
            _ => return Err(Misfit::OtherType),
        })
    }
}

fn padded<const WIDTH: usize>(bytes: &[u8; WIDTH]) -> [u8; 32] {
    let mut padded = [0; 32];
    for (to, from) in padded.iter_mut().zip(bytes) {
        *to = *from;
    }
    padded
}
