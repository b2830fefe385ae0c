//! Type mappings of PostgreSQL's column types.
//!
//! ConnectorX's own source reads some types inexactly: NUMERIC with 28 digits, TIME `24:00:00` as midnight, JSON rewritten. For
//! that source these are sent as the server's own text. The wire source reads the binary format if that is exact, which costs
//! the server less.

use super::super::{Bound, TypeMapping, Unmappable, decimal, timestamp, timestamp_utc};
use super::array;
use crate::job::Numeric;
use arrow::datatypes::{DataType, TimeUnit};
use postgres::types::{Oid, Type};

/// A column's type according to `pg_type`, with domains and arrays resolved.
pub(super) struct ColumnType<'a> {
    /// `typname`.
    pub name: &'a str,
    /// `typtype`: `b` base, `e` enum, `c` composite, `r` range, `m` multirange.
    pub kind: &'a str,
    /// `typcategory`: `A` for what is like an array but isn't one.
    pub category: &'a str,
    /// `atttypmod`, or that of the domain.
    pub modifier: i32,
    /// How many array types are nested around the type.
    pub dimensions: i32,
    /// As `format_type` writes it.
    pub full: &'a str,
}

const AS_TEXT: &str = "{}::text";
/// `FirstNormalObjectId`: lower ids are reserved for built-in objects.
pub(super) const FIRST_USER_OID: Oid = 16_384;
/// By how much a type modifier exceeds the length that it stands for (`VARHDRSZ`).
const MODIFIER_OFFSET: i32 = 4;

/// The type mapping of a column. A numeric without precision is read as `unbounded`, or as text if that is `None`.
pub(super) fn mapping(
    column: &ColumnType<'_>,
    unbounded: Option<Numeric>,
) -> Result<TypeMapping, Unmappable> {
    match column.dimensions {
        0 => of_value(column, unbounded),
        1 => Ok(array::mapping(of_value(column, unbounded)?)),
        _ => Err(unmappable(column)),
    }
}

fn of_value(
    column: &ColumnType<'_>,
    unbounded: Option<Numeric>,
) -> Result<TypeMapping, Unmappable> {
    use DataType as T;
    if column.category == "A" {
        return Err(unmappable(column));
    }
    Ok(match (column.kind, column.name) {
        (_, "bool") => TypeMapping::plain(T::Boolean),
        (_, "int2") => TypeMapping::plain(T::Int16),
        (_, "int4") => TypeMapping::plain(T::Int32),
        (_, "int8") => TypeMapping::plain(T::Int64),
        (_, "oid") => TypeMapping::plain(T::UInt32),
        (_, "float4") => TypeMapping::plain(T::Float32),
        (_, "float8") => TypeMapping::plain(T::Float64),
        (_, "numeric") => match numeric(column.modifier, unbounded) {
            DataType::Utf8 => TypeMapping::cast(T::Utf8, AS_TEXT),
            decimal => text_by_stock(decimal),
        },
        (_, "text" | "varchar" | "bpchar" | "name" | "citext") => TypeMapping::plain(T::Utf8),
        (_, "bytea") => TypeMapping::plain(T::Binary),
        (_, "date") => TypeMapping::plain(T::Date32),
        (_, "timestamp") => TypeMapping::plain(timestamp()),
        (_, "timestamptz") => TypeMapping::plain(timestamp_utc()),
        (_, "time") => text_by_stock(T::Time64(TimeUnit::Microsecond)),
        ("e", _) | (_, "uuid" | "json") => text_by_stock(T::Utf8),
        ("r" | "m", _)
        | (
            _,
            "char" | "timetz" | "interval" | "jsonb" | "xml" | "inet" | "cidr" | "macaddr"
            | "macaddr8" | "bit" | "varbit" | "hstore" | "ltree" | "jsonpath" | "pg_lsn",
        ) => TypeMapping::cast(T::Utf8, AS_TEXT),
        _ => return Err(unmappable(column)),
    })
}

/// How the bounds of a range are written; `None` for types without ranges.
pub(super) fn bound(column: &ColumnType<'_>) -> Option<Bound> {
    match column.name {
        _ if column.dimensions > 0 => None,
        "int2" | "int4" | "int8" => Some(Bound::Number),
        "date" | "timestamp" | "timestamptz" | "text" | "varchar" | "bpchar" | "citext" => {
            Some(Bound::Quoted)
        }
        _ => None,
    }
}

/// Text in ConnectorX's own source, the binary format in the wire source.
fn text_by_stock(data_type: DataType) -> TypeMapping {
    TypeMapping {
        data_type,
        stock_select: AS_TEXT,
        wire_select: "{}",
    }
}

/// Whether values of a type, in its binary format, can be read as a planned type.
pub(super) fn fits(oid: Oid, planned: &DataType) -> bool {
    if let DataType::List(element) = planned {
        return array::fits(oid, element.data_type());
    }
    let types: &[Type] = match planned {
        DataType::Boolean => &[Type::BOOL],
        DataType::Int16 => &[Type::INT2],
        DataType::Int32 => &[Type::INT4],
        DataType::Int64 => &[Type::INT8],
        DataType::UInt32 => &[Type::OID],
        DataType::Float32 => &[Type::FLOAT4],
        DataType::Float64 => &[Type::FLOAT8],
        DataType::Decimal128(..) | DataType::Decimal256(..) => &[Type::NUMERIC],
        DataType::Date32 => &[Type::DATE],
        DataType::Time64(_) => &[Type::TIME],
        DataType::Timestamp(_, None) => &[Type::TIMESTAMP],
        DataType::Timestamp(_, Some(_)) => &[Type::TIMESTAMPTZ],
        DataType::Binary => &[Type::BYTEA],
        // A position: a locator, never a column of the result.
        DataType::FixedSizeBinary(_) => &[Type::TID],
        DataType::Utf8 => &[
            Type::TEXT,
            Type::VARCHAR,
            Type::BPCHAR,
            Type::NAME,
            Type::JSON,
            Type::UUID,
        ],
        _ => &[],
    };
    // The ids of enums and extension types vary. Those that the plan reads without a cast are text.
    let is_users = oid >= FIRST_USER_OID && *planned == DataType::Utf8;
    is_users || types.iter().any(|known| known.oid() == oid)
}

/// The Arrow type of a numeric. Without precision, with a negative scale or beyond 76 digits, only text represents it exactly,
/// unless the job sets a type for a numeric without precision.
fn numeric(modifier: i32, unbounded: Option<Numeric>) -> DataType {
    if modifier < MODIFIER_OFFSET {
        let expected = unbounded.and_then(|numeric| decimal(numeric.precision(), numeric.scale()));
        return expected.unwrap_or(DataType::Utf8);
    }
    let packed = modifier - MODIFIER_OFFSET;
    let precision = packed >> 16 & 0xffff;
    // 11 bits including the sign, since PostgreSQL 15.
    let scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
    // A scale larger than the precision means zeros after the decimal point, which Arrow counts as digits.
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
    width.filter(|_| column.name == "bpchar" && column.dimensions == 0)
}

fn unmappable(column: &ColumnType<'_>) -> Unmappable {
    let cast = match column.name {
        // Its text depends on the server's locale.
        "money" => "CAST({} AS numeric)",
        _ => "CAST({} AS text)",
    };
    Unmappable {
        reason: format!("the type {} can't be represented exactly", column.full),
        cast: cast.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_planned_type_is_read_from_its_binary_format() {
        let decimal = DataType::Decimal128(9, 2);
        assert!(fits(Type::NUMERIC.oid(), &decimal) && !fits(Type::INT8.oid(), &decimal));
        assert!(fits(Type::INT4.oid(), &DataType::Int32));
        assert!(!fits(Type::TEXT.oid(), &DataType::Int32));
        assert!(fits(Type::UUID.oid(), &DataType::Utf8));
        assert!(!fits(Type::INTERVAL.oid(), &DataType::Utf8));
        assert!(!fits(Type::TIMESTAMPTZ.oid(), &timestamp()));
        assert!(fits(FIRST_USER_OID, &DataType::Utf8) && !fits(FIRST_USER_OID, &DataType::Binary));
    }

    #[test]
    fn a_numeric_modifier_gives_precision_and_scale() {
        let modifier =
            |precision: i32, scale: i32| (precision << 16 | scale & 0x7ff) + MODIFIER_OFFSET;
        let mapping = |precision, scale| numeric(modifier(precision, scale), None);
        assert_eq!(mapping(10, 2), DataType::Decimal128(10, 2));
        assert_eq!(mapping(65, 30), DataType::Decimal256(65, 30));
        assert_eq!(mapping(2, 5), DataType::Decimal128(5, 5));
        assert_eq!(mapping(5, -2), DataType::Utf8);
        assert_eq!(mapping(1000, 0), DataType::Utf8);
        assert_eq!(numeric(-1, None), DataType::Utf8);
    }

    #[test]
    fn the_job_says_what_a_numeric_without_precision_is() {
        let narrow = Numeric::parse("10,2").ok();
        assert_eq!(numeric(-1, narrow), DataType::Decimal128(10, 2));
        let wide = Numeric::parse("76,0").ok();
        assert_eq!(numeric(-1, wide), DataType::Decimal256(76, 0));
        let with_precision = (5 << 16 | 1) + MODIFIER_OFFSET;
        assert_eq!(numeric(with_precision, wide), DataType::Decimal128(5, 1));
    }
}
