//! How a column's values are stored, and the bytes in which they travel. They are never converted, so that a wrong one is
//! reported.

use super::types::as_text;
use crate::{Error, ErrorKind};
use arrow::datatypes::DataType;
use rusqlite::types::{Type, ValueRef};

/// 2⁵³: every integer up to here has an exact double.
const EXACT_IN_DOUBLE: u64 = 1 << 53;

/// What a column's values must be stored as, because SQLite accepts any value in any column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// An integer. Travels as 8 bytes in little-endian order.
    Integer,
    /// A floating-point number, or an integer that has an exact double. Travels as 8 bytes in little-endian order.
    Real,
    /// Anything except bytes, as text. Columns that SQLite treats as text contain nothing else. Those declared as `STRING`
    /// and the like can contain numbers.
    Text,
    /// The text of a date, whose spelling the destination reads. Travels unchanged.
    Date,
    /// Bytes. Travel unchanged.
    Blob,
}

/// A value whose storage class differs from the column's.
#[derive(Debug)]
pub(super) struct OtherClass {
    found: Type,
}

impl Storage {
    /// Returns what the values of a column of this planned type must be stored as.
    pub fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Integer,
            DataType::Float64 => Self::Real,
            DataType::Binary => Self::Blob,
            DataType::Utf8 => Self::Text,
            _ => Self::Date,
        }
    }

    /// Returns whether text travels unchanged.
    pub fn holds_text(self) -> bool {
        matches!(self, Self::Text | Self::Date)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Real => "a floating-point number",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Blob => "a blob",
        }
    }

    /// Appends the bytes of a value. Returns whether there are any: NULL has none.
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
            (Self::Text | Self::Date, ValueRef::Text(text)) => bytes.extend_from_slice(text),
            (Self::Blob, ValueRef::Blob(blob)) => bytes.extend_from_slice(blob),
            (Self::Text, ValueRef::Integer(number)) => {
                bytes.extend_from_slice(number.to_string().as_bytes());
            }
            // The shortest text that reads back as the same number, always with a point or an exponent.
            (Self::Text, ValueRef::Real(number)) => {
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
    /// Returns the job's error.
    pub fn refused(&self, column: &str, storage: Storage) -> Error {
        let message = format!(
            "a value has SQLite's type {}, but its column is read as {}",
            self.found,
            storage.words()
        );
        Error::new(ErrorKind::Value, message).advise(self.advice(column, storage))
    }

    /// Returns a way to read the column that loses nothing.
    fn advice(&self, column: &str, storage: Storage) -> String {
        let text = as_text(column);
        match (storage, self.found) {
            (_, Type::Blob) => format!(
                "use --column-type {column}=blob if every value is a blob; otherwise read a view that has quote(\"{}\") \
                 instead, which keeps both, or leave out the row with --where",
                column.replace('"', "\"\"")
            ),
            (Storage::Date, Type::Integer | Type::Real) => format!(
                "use --column-type {column}={} if every value is such a number, or {text} to read numbers and text as text; \
                 a number alone doesn't say what it counts",
                if self.found == Type::Integer {
                    "integer"
                } else {
                    "real"
                }
            ),
            _ => format!(
                "use {text} to read numbers and text as text, or fix the row, or leave it out with --where; SQLite accepts \
                 any value in any column"
            ),
        }
    }
}
