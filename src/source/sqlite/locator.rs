//! What identifies a row of a SQLite table: its rowid, or the key of a table without rowids.

use super::dialect::DIALECT;
use crate::checksum::hexadecimal;
use crate::source::Column;
use crate::source::locator::{AtOnce, Locator, LocatorPart, columns_of};
use arrow::datatypes::DataType;

/// A statement of this many values is prepared in a millisecond, and several workers share a batch file's rows.
/// A chain of OR must stay below SQLite's limit on the depth of expressions, 1000. <https://www.sqlite.org/limits.html>
const AT_ONCE: AtOnce = AtOnce {
    single: 2_500,
    several: 250,
};
/// Of a scan's other rows, only the locators are read. Measured with rows of 1 KB, in tables of which 63, 23, 9 and fewer percent are
/// wanted: with 55, so that the first table is scanned, 5.6 s of CPU; with 15, 6.0 s; with 5, 7.0 s. In between it is estimated.
const SCAN_PERCENT: u64 = 30;

/// The locator of an ordinary table, whose rowid has this name.
pub(super) fn by_row_id(table: &str, row_id: &str) -> Locator {
    let row_id = LocatorPart {
        expression: DIALECT.column(table, row_id),
        data_type: DataType::Int64,
        literal: integer,
    };
    Locator::by_key(vec![row_id], AT_ONCE, SCAN_PERCENT)
}

/// The locator of a table without rowids.
pub(super) fn by_key(
    table: &str,
    key: &[String],
    columns: &[Column],
) -> Result<Locator, &'static str> {
    let columns = columns_of(key, columns).unwrap_or_default();
    let parts: Option<Vec<_>> = columns.iter().map(|column| part(table, column)).collect();
    let parts = parts.filter(|parts| !parts.is_empty());
    let parts = parts.ok_or("its key has a type that can't be written exactly")?;
    Ok(Locator::by_key(parts, AT_ONCE, SCAN_PERCENT))
}

/// Only types whose values SQLite stores as they are written.
fn part(table: &str, column: &Column) -> Option<LocatorPart> {
    let data_type = &column.mapping.as_ref().ok()?.data_type;
    let declared = column.sql_type.to_ascii_uppercase();
    let literal: fn(&[u8]) -> String = match data_type {
        DataType::Int64 if declared.contains("INT") => integer,
        DataType::Utf8 if declared.contains("CHAR") || declared.contains("TEXT") => text,
        DataType::Binary if declared.contains("BLOB") => {
            |bytes| format!("X'{}'", hexadecimal(bytes))
        }
        _ => return None,
    };
    Some(LocatorPart {
        expression: DIALECT.column(table, &column.name),
        data_type: data_type.clone(),
        literal,
    })
}

fn integer(bytes: &[u8]) -> String {
    let bytes = bytes.try_into().unwrap_or_default();
    i64::from_le_bytes(bytes).to_string()
}

/// A cast, since a literal ends at a NUL.
fn text(bytes: &[u8]) -> String {
    format!("CAST(X'{}' AS TEXT)", hexadecimal(bytes))
}
