//! Column types of PostgreSQL, and their exact images.
//!
//! The stock source reads some types inexactly: NUMERIC with 28 digits, TIME `24:00:00` as midnight, JSON rewritten. These
//! travel as the server's own text.

use super::super::{Image, NoImage, decimal, timestamp, timestamp_utc};
use arrow::datatypes::{DataType, TimeUnit};

/// What `pg_type` says of a column's type, domains resolved.
pub(super) struct ColumnType<'a> {
    /// `typname`.
    pub name: &'a str,
    /// `typtype`: `b` base, `e` enum, `c` composite, `r` range, `m` multirange.
    pub kind: &'a str,
    /// `typcategory`: `A` for arrays.
    pub category: &'a str,
    /// `atttypmod`, or the domain's.
    pub modifier: i32,
    /// As `format_type` writes it.
    pub full: &'a str,
}

const AS_TEXT: &str = "{}::text";
/// Bytes by which a type modifier is larger than the length that it stands for (`VARHDRSZ`).
const MODIFIER_OFFSET: i32 = 4;

pub(super) fn image(column: &ColumnType<'_>) -> Result<Image, NoImage> {
    use DataType as T;
    if column.category == "A" {
        return Err(no_image(column));
    }
    Ok(match (column.kind, column.name) {
        (_, "bool") => Image::plain(T::Boolean),
        (_, "int2") => Image::plain(T::Int16),
        (_, "int4") => Image::plain(T::Int32),
        (_, "int8") => Image::plain(T::Int64),
        (_, "oid") => Image::plain(T::UInt32),
        (_, "float4") => Image::plain(T::Float32),
        (_, "float8") => Image::plain(T::Float64),
        (_, "numeric") => Image::cast(numeric(column.modifier), AS_TEXT),
        (_, "text" | "varchar" | "bpchar" | "name" | "citext") => Image::plain(T::Utf8),
        (_, "bytea") => Image::plain(T::Binary),
        (_, "date") => Image::plain(T::Date32),
        (_, "timestamp") => Image::plain(timestamp()),
        (_, "timestamptz") => Image::plain(timestamp_utc()),
        (_, "time") => Image::cast(T::Time64(TimeUnit::Microsecond), AS_TEXT),
        ("e" | "r" | "m", _)
        | (
            _,
            "char" | "timetz" | "interval" | "uuid" | "json" | "jsonb" | "xml" | "inet" | "cidr"
            | "macaddr" | "macaddr8" | "bit" | "varbit" | "hstore" | "ltree" | "jsonpath"
            | "pg_lsn",
        ) => Image::cast(T::Utf8, AS_TEXT),
        _ => return Err(no_image(column)),
    })
}

/// Without precision, with a negative scale or beyond 76 digits the text itself is the exact image.
fn numeric(modifier: i32) -> DataType {
    if modifier < MODIFIER_OFFSET {
        return DataType::Utf8;
    }
    let packed = modifier - MODIFIER_OFFSET;
    let precision = packed >> 16 & 0xffff;
    // 11 bits with a sign, since PostgreSQL 15.
    let scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
    // A scale beyond the precision means zeros behind the point; Arrow counts these as digits.
    let digits = u8::try_from(precision.max(scale)).ok();
    let scale = i8::try_from(scale).ok().filter(|scale| *scale >= 0);
    digits
        .zip(scale)
        .and_then(|(digits, scale)| decimal(digits, scale))
        .unwrap_or(DataType::Utf8)
}

/// The width to which the server pads a CHAR.
pub(super) fn padded_to(column: &ColumnType<'_>) -> Option<u32> {
    let width = u32::try_from(column.modifier - MODIFIER_OFFSET).ok();
    width.filter(|_| column.name == "bpchar")
}

fn no_image(column: &ColumnType<'_>) -> NoImage {
    let cast = match column.name {
        // Its text is written as the server's locale has it.
        "money" => "CAST({} AS numeric)",
        _ => "CAST({} AS text)",
    };
    NoImage {
        reason: format!("the type {} has no exact image", column.full),
        cast: cast.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_modifier_gives_precision_and_scale() {
        let modifier =
            |precision: i32, scale: i32| (precision << 16 | scale & 0x7ff) + MODIFIER_OFFSET;
        assert_eq!(numeric(modifier(10, 2)), DataType::Decimal128(10, 2));
        assert_eq!(numeric(modifier(65, 30)), DataType::Decimal256(65, 30));
        assert_eq!(numeric(modifier(2, 5)), DataType::Decimal128(5, 5));
        assert_eq!(numeric(modifier(5, -2)), DataType::Utf8);
        assert_eq!(numeric(modifier(1000, 0)), DataType::Utf8);
        assert_eq!(numeric(-1), DataType::Utf8);
    }
}
