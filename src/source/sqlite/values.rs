//! SQLite's values as the types that the plan asks for: never converted, so that a wrong one is said to be wrong.

use super::rows::SqliteParser;
use crate::{Error, ErrorKind, Result};
use connectorx::sources::Produce;
use rusqlite::types::ValueRef;

fn other_class(found: ValueRef<'_>, declared: &str) -> Error {
    Error::new(ErrorKind::Value, format!("a value of SQLite's type {} in a column declared as {declared}", found.data_type()))
        .advise("SQLite lets any value into any column: mend the row, leave it out with --where, or the column with --columns")
}

/// 2⁵³: up to here every integer is a double.
const EXACT_IN_DOUBLE: u64 = 1 << 53;

fn float(value: ValueRef<'_>) -> Result<f64> {
    match value {
        ValueRef::Real(number) => Ok(number),
        #[expect(clippy::cast_precision_loss, reason = "checked to be exact")]
        ValueRef::Integer(number) if number.unsigned_abs() <= EXACT_IN_DOUBLE => Ok(number as f64),
        other => Err(other_class(other, "a floating-point number")),
    }
}

fn integer(value: ValueRef<'_>) -> Result<i64> {
    match value {
        ValueRef::Integer(number) => Ok(number),
        other => Err(other_class(other, "an integer")),
    }
}

fn text(value: ValueRef<'_>) -> Result<&str> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::Value, "the text is not UTF-8")),
        other => Err(other_class(other, "text or a date")),
    }
}

fn bytes(value: ValueRef<'_>) -> Result<&[u8]> {
    match value {
        ValueRef::Blob(bytes) => Ok(bytes),
        other => Err(other_class(other, "a blob")),
    }
}

macro_rules! produce {
    ($($type:ty => $convert:ident,)+) => {
        $(
            impl<'r> Produce<'r, $type> for SqliteParser<'_> {
                type Error = Error;

                fn produce(&'r mut self) -> Result<$type> {
                    $convert(self.value()?)
                }
            }

            impl<'r> Produce<'r, Option<$type>> for SqliteParser<'_> {
                type Error = Error;

                fn produce(&'r mut self) -> Result<Option<$type>> {
                    match self.value()? {
                        ValueRef::Null => Ok(None),
                        value => $convert(value).map(Some),
                    }
                }
            }
        )+
    };
}

produce! {
    i64 => integer,
    f64 => float,
    &'r str => text,
    &'r [u8] => bytes,
}
