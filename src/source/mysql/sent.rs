//! Checks that the columns that a server sends are the plan's: a table can be altered in between.

use crate::{Error, ErrorKind, Result};
use arrow::datatypes::{DataType, Schema, TimeUnit};
use mysql_common::constants::{ColumnFlags, ColumnType};
use mysql_common::packets::Column;

/// The character set of values that aren't text. <https://mariadb.com/kb/en/result-set-packets/>
const BINARY_CHARSET: u16 = 63;

/// Returns an error that names the first column whose type differs from the plan's.
pub(super) fn check(columns: &[Column], schema: &Schema) -> Result<()> {
    let planned = schema.fields();
    if columns.len() != planned.len() {
        let message = format!(
            "internal error: the query returns {} columns instead of {}",
            columns.len(),
            planned.len()
        );
        return Err(Error::new(ErrorKind::Bug, message));
    }
    let mut both = columns.iter().zip(planned);
    match both.find(|(column, field)| !fits(column, field.data_type())) {
        None => Ok(()),
        Some((column, field)) => {
            let message = format!(
                "the database sends {:?}, but the catalog said {}",
                column.column_type(),
                field.data_type()
            );
            Err(Error::new(ErrorKind::Schema, message)
                .in_column(field.name())
                .advise(
                    "run the job again: the table may have been altered while the job was starting; if it is a view, recreate it with \
                     a CAST: MySQL keeps the types of the session that created it",
                ))
        }
    }
}

/// Returns whether such a column's text can be parsed as this type.
fn fits(column: &Column, data_type: &DataType) -> bool {
    use ColumnType as C;
    use DataType as T;
    let unsigned = column.flags().contains(ColumnFlags::UNSIGNED_FLAG);
    let is_text = column.character_set() != BINARY_CHARSET;
    match (column.column_type(), data_type) {
        (C::MYSQL_TYPE_TINY, T::Int8)
        | (C::MYSQL_TYPE_SHORT, T::Int16)
        | (C::MYSQL_TYPE_LONG | C::MYSQL_TYPE_INT24, T::Int32)
        | (C::MYSQL_TYPE_LONGLONG, T::Int64) => !unsigned,
        (C::MYSQL_TYPE_TINY, T::UInt8)
        | (C::MYSQL_TYPE_SHORT, T::UInt16)
        | (C::MYSQL_TYPE_LONG | C::MYSQL_TYPE_INT24, T::UInt32)
        | (C::MYSQL_TYPE_LONGLONG, T::UInt64) => unsigned,
        (C::MYSQL_TYPE_YEAR, T::Int16)
        | (C::MYSQL_TYPE_FLOAT | C::MYSQL_TYPE_DOUBLE, T::Float32)
        | (C::MYSQL_TYPE_DOUBLE, T::Float64)
        | (C::MYSQL_TYPE_DATE | C::MYSQL_TYPE_NEWDATE, T::Date32)
        | (C::MYSQL_TYPE_DATETIME, T::Timestamp(TimeUnit::Microsecond, None))
        | (C::MYSQL_TYPE_TIMESTAMP, T::Timestamp(TimeUnit::Microsecond, Some(_)))
        | (C::MYSQL_TYPE_TIME, T::Duration(TimeUnit::Microsecond))
        | (C::MYSQL_TYPE_BIT | C::MYSQL_TYPE_GEOMETRY, T::Binary)
        | (C::MYSQL_TYPE_JSON, T::Utf8) => true,
        (
            C::MYSQL_TYPE_NEWDECIMAL | C::MYSQL_TYPE_DECIMAL,
            T::Decimal128(_, scale) | T::Decimal256(_, scale),
        ) => i8::try_from(column.decimals()).ok() == Some(*scale),
        (kind, T::Utf8) => is_text && is_string(kind),
        (kind, T::Binary) => !is_text && is_string(kind),
        _ => false,
    }
}

fn is_string(kind: ColumnType) -> bool {
    use ColumnType as C;
    matches!(
        kind,
        C::MYSQL_TYPE_VARCHAR
            | C::MYSQL_TYPE_VAR_STRING
            | C::MYSQL_TYPE_STRING
            | C::MYSQL_TYPE_ENUM
            | C::MYSQL_TYPE_SET
            | C::MYSQL_TYPE_TINY_BLOB
            | C::MYSQL_TYPE_MEDIUM_BLOB
            | C::MYSQL_TYPE_LONG_BLOB
            | C::MYSQL_TYPE_BLOB
    )
}
