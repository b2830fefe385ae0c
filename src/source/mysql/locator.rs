//! What identifies a row of a MySQL or MariaDB table: its primary key, or another key whose values are unique and never NULL.

use super::dialect::DIALECT;
use super::indexes::IndexPart;
use crate::checksum::hexadecimal;
use crate::source::Column;
use crate::source::locator::{AtOnce, Locator, LocatorPart, columns_of};
use arrow::datatypes::DataType;

/// From 1,000 values on, MariaDB makes a join of the list. <https://mariadb.com/kb/en/conversion-of-big-in-predicates-into-subqueries/>
/// Of alternatives in several columns, MySQL's optimizer follows some thousands before it reads the whole table.
const AT_ONCE: AtOnce = AtOnce {
    single: 999,
    several: 400,
};
/// Measured: a row of 1 KB takes 8 µs by its key, and 3.5 µs in a scan.
const SCAN_PERCENT: u64 = 45;
/// Character sets whose text is the same after it was converted to UTF-8 and back.
const CHARACTER_SETS: [&str; 5] = ["utf8mb4", "utf8mb3", "utf8", "latin1", "ascii"];

/// The table's first key with values that can be written exactly: the primary key, if it is one.
pub(super) fn locator(
    table: &str,
    columns: &[Column],
    character_sets: &[String],
    parts: &[IndexPart],
) -> Result<Locator, &'static str> {
    let mut keys: Vec<&[IndexPart]> = parts
        .chunk_by(|one, other| one.index == other.index)
        .filter(|key| key.iter().all(|part| part.unique && part.whole))
        .collect();
    keys.sort_by_key(|key| key.first().is_none_or(|part| part.index != "PRIMARY"));
    let set_of = |column: &Column| {
        let mut both = columns.iter().zip(character_sets);
        let found = both.find(|(known, _)| known.name == column.name);
        found.map(|(_, set)| set.as_str()).unwrap_or_default()
    };
    let of_key = |key: &&[IndexPart]| {
        let names: Option<Vec<String>> = key.iter().map(|part| part.column.clone()).collect();
        let columns = columns_of(&names?, columns)?;
        let parts = columns
            .iter()
            .map(|column| part(table, column, set_of(column)));
        parts.collect::<Option<Vec<LocatorPart>>>()
    };
    let parts = keys.iter().find_map(of_key);
    let parts = parts.ok_or("it has no primary key, and no other unique key without NULLs, whose values can be written exactly")?;
    Ok(Locator::by_key(parts, AT_ONCE, SCAN_PERCENT))
}

/// `None` for a column that can be NULL, or whose text isn't exact.
fn part(table: &str, column: &Column, character_set: &str) -> Option<LocatorPart> {
    use DataType as T;
    let mapping = column.mapping.as_ref().ok().filter(|_| !column.nullable)?;
    let kind = column.sql_type.split(['(', ' ']).next()?;
    let literal: fn(&[u8]) -> String = match mapping.data_type {
        T::Int8
        | T::Int16
        | T::Int32
        | T::Int64
        | T::UInt8
        | T::UInt16
        | T::UInt32
        | T::UInt64
        | T::Decimal128(..)
        | T::Decimal256(..) => written,
        T::Date32 | T::Timestamp(..) => |text| format!("'{}'", written(text)),
        T::Utf8
            if ["char", "varchar"].contains(&kind) && CHARACTER_SETS.contains(&character_set) =>
        {
            |text| format!("_utf8mb4 X'{}'", hexadecimal(text))
        }
        T::Binary if ["binary", "varbinary"].contains(&kind) => {
            |bytes| format!("X'{}'", hexadecimal(bytes))
        }
        _ => return None,
    };
    Some(LocatorPart {
        expression: DIALECT.column(table, &column.name),
        data_type: mapping.data_type.clone(),
        literal,
    })
}

/// A number, date or time, as the server writes it: digits and punctuation, never a quotation mark.
fn written(text: &[u8]) -> String {
    let digits = text.iter().map(|byte| char::from(*byte));
    digits
        .filter(|digit| *digit != '\'' && *digit != '\\')
        .collect()
}
