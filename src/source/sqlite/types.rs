//! Declared types, and their exact images. <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>

use super::super::{Bound, Image, NoImage, timestamp};
use crate::job::SqliteTypes;
use arrow::datatypes::DataType;

/// The image of a column by its declared type. Values are checked one by one: SQLite lets any type into any column.
pub(super) fn image(declared: &str, types: SqliteTypes) -> Result<Image, NoImage> {
    if types == SqliteTypes::Text {
        return Ok(Image::plain(DataType::Utf8));
    }
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    let data_type = if declared.is_empty() || declared == "ANY" {
        return Err(no_type());
    } else if declared == "DATE" {
        DataType::Date32
    } else if has("DATETIME") || has("TIMESTAMP") {
        timestamp()
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
        return Ok(Image::plain(DataType::Float64));
    };
    Ok(Image::plain(data_type))
}

/// How bounds are written of the types that have ranges.
pub(super) fn bound(declared: &str) -> Option<Bound> {
    match image(declared, SqliteTypes::Declared).ok()?.data_type {
        DataType::Int64 => Some(Bound::Number),
        DataType::Utf8 | DataType::Date32 | DataType::Timestamp(..) => Some(Bound::Quoted),
        _ => None,
    }
}

fn no_type() -> NoImage {
    NoImage {
        reason:
            "the column is declared without a type, which --sqlite-types text would read as text"
                .to_owned(),
        cast: "CAST({} AS TEXT)".to_owned(),
    }
}
