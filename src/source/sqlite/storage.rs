//! How a column's values are stored, and the bytes in which they travel: never converted, so that a wrong one is said to
//! be wrong.

use crate::{Error, ErrorKind};
use arrow::datatypes::DataType;
use rusqlite::types::ValueRef;

/// 2⁵³: up to here every integer is a double.
const EXACT_IN_DOUBLE: u64 = 1 << 53;

/// What a column's values must be stored as, since SQLite lets any value into any column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// An integer. Travels as 8 bytes in little-endian order.
    Integer,
    /// A floating-point number, or an integer that is one. Travels as 8 bytes in little-endian order.
    Real,
    /// Text, also of dates. Travels as it is.
    Text,
    /// Bytes. Travel as they are.
    Blob,
    /// Anything but bytes, as text: `--sqlite-types text`.
    AnyAsText,
}

/// Another storage class than the column's.
#[derive(Debug)]
pub(super) struct OtherClass {
    found: rusqlite::types::Type,
}

impl Storage {
    /// What the values of a column of this planned type must be stored as.
    pub fn of(data_type: &DataType, any_as_text: bool) -> Self {
        match data_type {
            _ if any_as_text => Self::AnyAsText,
            DataType::Int64 => Self::Integer,
            DataType::Float64 => Self::Real,
            DataType::Binary => Self::Blob,
            _ => Self::Text,
        }
    }

    /// Whether text travels as it is.
    pub fn holds_text(self) -> bool {
        matches!(self, Self::Text | Self::AnyAsText)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Real => "a floating-point number",
            Self::Text => "text or a date",
            Self::Blob => "a blob",
            Self::AnyAsText => "text",
        }
    }

    /// Appends the bytes of a value. Whether there is one: NULL has none.
    pub fn append(self, value: ValueRef<'_>, bytes: &mut Vec<u8>) -> Result<bool, OtherClass> {
        match (self, value) {
            (_, ValueRef::Null) => return Ok(false),
            (Self::Integer, ValueRef::Integer(number)) => {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            (Self::Real, ValueRef::Real(number)) => bytes.extend_from_slice(&number.to_le_bytes()),
            #[expect(clippy::cast_precision_loss, reason = "checked to be exact")]
            (Self::Real, ValueRef::Integer(number)) if number.unsigned_abs() <= EXACT_IN_DOUBLE => {
                bytes.extend_from_slice(&(number as f64).to_le_bytes());
            }
            (Self::Text | Self::AnyAsText, ValueRef::Text(text)) => bytes.extend_from_slice(text),
            (Self::Blob, ValueRef::Blob(blob)) => bytes.extend_from_slice(blob),
            (Self::AnyAsText, ValueRef::Integer(number)) => {
                bytes.extend_from_slice(number.to_string().as_bytes());
            }
            // The shortest text that reads back as the same number, and never without a point or an exponent.
            (Self::AnyAsText, ValueRef::Real(number)) => {
                bytes.extend_from_slice(format!("{number:?}").as_bytes());
            }
            (_, other) => {
                return Err(OtherClass {
                    found: other.data_type(),
                });
            }
        }
        Ok(true)
    }
}

impl OtherClass {
    /// As the job's error; `place` names row and column.
    pub fn refused(&self, place: &str, storage: Storage) -> Error {
        let message = format!(
            "{place}: a value of SQLite's type {} in a column declared as {}",
            self.found,
            storage.words()
        );
        let advice = if storage == Storage::AnyAsText {
            "bytes are no text: leave the row out with --where, or the column with --columns"
        } else {
            "SQLite lets any value into any column: mend the row, leave it out with --where, or read all columns as text with --sqlite-types text"
        };
        Error::new(ErrorKind::Value, message).advise(advice)
    }
}
