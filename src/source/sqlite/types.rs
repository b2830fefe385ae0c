//! Declared types, and their type mappings. <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>

use super::super::{Bound, TypeMapping, Unmappable, timestamp, timestamp_utc};
use crate::job::{ColumnType, ColumnTypes, Reading, SqliteTypes};
use arrow::datatypes::DataType;

/// What a file's columns are read as. Values are checked one by one: SQLite accepts any type in any column.
#[derive(Clone)]
pub(super) struct Types {
    all: SqliteTypes,
    chosen: ColumnTypes,
}

impl Types {
    pub fn new(reading: &Reading) -> Self {
        Self {
            all: reading.sqlite_types,
            chosen: reading.column_types.clone(),
        }
    }

    /// Returns a column's type mapping: as it was chosen, or by its declared type.
    pub fn mapping(&self, column: &str, declared: &str) -> Result<TypeMapping, Unmappable> {
        let data_type = match (self.chosen.of(column), self.all) {
            (Some(chosen), _) => Some(chosen_type(chosen)),
            (None, SqliteTypes::Text) => Some(DataType::Utf8),
            (None, SqliteTypes::Declared) => declared_type(declared),
        };
        let data_type = data_type.ok_or_else(no_type)?;
        Ok(TypeMapping::plain(data_type))
    }
}

/// Returns the flag that reads any column without loss, except blobs.
pub(super) fn as_text(column: &str) -> String {
    format!("--column-type {column}=text")
}

fn chosen_type(chosen: ColumnType) -> DataType {
    match chosen {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Real => DataType::Float64,
        ColumnType::Blob => DataType::Binary,
        ColumnType::Date => DataType::Date32,
        ColumnType::DateTime => timestamp(),
        ColumnType::Instant => timestamp_utc(),
    }
}

/// Types whose names mean text, although SQLite's rule treats them as numeric: such columns store what looks like a number
/// as one.
const TEXT: &[&str] = &[
    "STRING",
    "UUID",
    "GUID",
    "UNIQUEIDENTIFIER",
    "JSON",
    "JSONB",
    "XML",
    "TIME",
    "TIMETZ",
    "INTERVAL",
    "ENUM",
    "SET",
    "INET",
    "CIDR",
    "MACADDR",
    "URI",
    "URL",
];

/// Types whose names mean bytes. Geometries are stored this way by `GeoPackage` and `SpatiaLite`.
const BYTES: &[&str] = &[
    "BINARY",
    "VARBINARY",
    "BYTEA",
    "IMAGE",
    "GEOMETRY",
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
];

/// Returns a type by what its name means, or else by SQLite's own rule.
fn declared_type(declared: &str) -> Option<DataType> {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    let is_separator = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    // A type that isn't a word in SQL is in quotes.
    let mut words = declared.split(is_separator).filter(|word| !word.is_empty());
    let word = words.next().unwrap_or_default();
    Some(if declared.is_empty() || declared == "ANY" {
        return None;
    } else if declared == "DATE" {
        DataType::Date32
    } else if has("DATETIME") || has("TIMESTAMP") {
        timestamp()
    } else if TEXT.contains(&word) {
        DataType::Utf8
    } else if BYTES.contains(&word) {
        DataType::Binary
    } else if has("INT") {
        DataType::Int64
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        DataType::Utf8
    } else if has("BLOB") {
        DataType::Binary
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        DataType::Float64
    } else if has("BOOL") {
        DataType::Int64
    } else {
        DataType::Float64
    })
}

/// Returns how bounds are written for the types that have ranges.
pub(super) fn bound(declared: &str) -> Option<Bound> {
    match declared_type(declared)? {
        DataType::Int64 => Some(Bound::Number),
        DataType::Utf8 | DataType::Date32 | DataType::Timestamp(..) => Some(Bound::Quoted),
        _ => None,
    }
}

fn no_type() -> Unmappable {
    Unmappable {
        reason: "the column is declared without a type".to_owned(),
        cast: "CAST({} AS TEXT)".to_owned(),
    }
}
