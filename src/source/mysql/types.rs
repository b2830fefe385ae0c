//! Column types of MySQL and MariaDB, and their type mappings.
//!
//! ConnectorX's own source reads some types inexactly or not at all: DECIMAL with 28 digits, TIME within a day, no zero
//! dates. These travel as a number or as text, and are parsed by `destination`. The native source receives every value as
//! the text that the server writes, which is inexact only for FLOAT.

use super::super::{Bound, TypeMapping, Unmappable, decimal, timestamp, timestamp_utc};
use arrow::datatypes::{DataType, TimeUnit};

/// What `information_schema.COLUMNS` says about a column's type.
pub(super) struct ColumnType<'a> {
    /// `DATA_TYPE`: the bare name.
    pub name: &'a str,
    /// `COLUMN_TYPE`: with length and attributes.
    pub full: &'a str,
    pub precision: Option<u64>,
    pub scale: Option<u64>,
}

const AS_TEXT: &str = "CAST({} AS CHAR)";
/// The server writes a FLOAT with six digits, and a DOUBLE with as many as it needs. Minus zero is preserved.
const AS_DOUBLE: &str = "{} * 1e0";

/// Returns whether values can be longer than what a sort compares. Other types' values are shorter than an index's key.
pub(super) fn is_long(name: &str) -> bool {
    name.ends_with("text") || name.ends_with("blob") || name.starts_with("var") || name == "json"
}

/// Returns how bounds are written for types that compare with a literal in the order that they sort in. (ENUM doesn't: it is
/// sorted by number and compared as text.)
pub(super) fn bound(name: &str) -> Option<Bound> {
    match name {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => Some(Bound::Number),
        "date" | "datetime" | "timestamp" | "char" | "varchar" | "tinytext" | "text"
        | "mediumtext" | "longtext" => Some(Bound::Quoted),
        _ => None,
    }
}

pub(super) fn mapping(column: &ColumnType<'_>) -> Result<TypeMapping, Unmappable> {
    use DataType as T;
    let unsigned = column.full.contains("unsigned");
    let integer = |signed, other| TypeMapping::plain(if unsigned { other } else { signed });
    Ok(match column.name {
        "tinyint" => integer(T::Int8, T::UInt8),
        "smallint" => integer(T::Int16, T::UInt16),
        "mediumint" | "int" => integer(T::Int32, T::UInt32),
        "bigint" => integer(T::Int64, T::UInt64),
        "year" => TypeMapping::plain(T::Int16),
        "float" => TypeMapping::by(T::Float32, "{}", AS_DOUBLE),
        "double" => TypeMapping::plain(T::Float64),
        "decimal" => return decimal_mapping(column),
        // 20001231. A zero or partial date also becomes a number, and its row is refused when it arrives.
        "date" => TypeMapping::by(T::Date32, "CAST({} AS UNSIGNED)", "{}"),
        "datetime" => TypeMapping::by(timestamp(), AS_TEXT, "{}"),
        "timestamp" => TypeMapping::by(timestamp_utc(), AS_TEXT, "{}"),
        "time" => TypeMapping::by(T::Duration(TimeUnit::Microsecond), AS_TEXT, "{}"),
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set" => {
            TypeMapping::plain(T::Utf8)
        }
        "json" | "uuid" | "inet4" | "inet6" => TypeMapping::cast(T::Utf8, AS_TEXT),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => {
            TypeMapping::plain(T::Binary)
        }
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => {
            TypeMapping::cast(T::Binary, "ST_AsWKB({})")
        }
        _ => return Err(unmappable(column)),
    })
}

fn decimal_mapping(column: &ColumnType<'_>) -> Result<TypeMapping, Unmappable> {
    let precision = column
        .precision
        .and_then(|precision| u8::try_from(precision).ok());
    let scale = column.scale.and_then(|scale| i8::try_from(scale).ok());
    let data_type = precision
        .zip(scale)
        .and_then(|(precision, scale)| decimal(precision, scale));
    data_type
        .map(|data_type| TypeMapping::by(data_type, AS_TEXT, "{}"))
        .ok_or_else(|| unmappable(column))
}

fn unmappable(column: &ColumnType<'_>) -> Unmappable {
    let cast = match column.name {
        // A cast would return the vector's bytes.
        "vector" => "VEC_ToText({}) (in MySQL VECTOR_TO_STRING({}))",
        _ => AS_TEXT,
    };
    Unmappable {
        reason: format!("the type {} can't be represented exactly", column.full),
        cast: cast.to_owned(),
    }
}
