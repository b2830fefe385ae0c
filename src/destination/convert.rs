//! From a carried value to the bits that its Arrow type stores: exactly, or not at all.

use super::carrier::Carried;
use super::parse;
use arrow::datatypes::{DataType, TimeUnit, i256};
use chrono::{DateTime, NaiveDate, Utc};

/// Why a value can't be put into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The value has no exact image in the column's type.
    Inexact,
    /// The database sends another type than the plan saw.
    OtherType,
}

type Fit<T> = Result<T, Misfit>;

fn exact<T>(value: Option<T>) -> Fit<T> {
    value.ok_or(Misfit::Inexact)
}

pub(super) fn truth(value: Carried<'_>) -> Fit<bool> {
    match value {
        Carried::Bool(value) => Ok(value),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits8(data_type: &DataType, value: Carried<'_>) -> Fit<u8> {
    match (data_type, value) {
        (DataType::Int8, Carried::Int8(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt8, Carried::UInt8(value)) => Ok(value),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits16(data_type: &DataType, value: Carried<'_>) -> Fit<u16> {
    match (data_type, value) {
        (DataType::Int16, Carried::Int16(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt16, Carried::UInt16(value)) => Ok(value),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits32(data_type: &DataType, value: Carried<'_>) -> Fit<u32> {
    match (data_type, value) {
        (DataType::Date32, value) => Ok(date(value)?.cast_unsigned()),
        (DataType::Int32, Carried::Int32(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt32, Carried::UInt32(value)) => Ok(value),
        (DataType::Float32, Carried::Float32(value)) => Ok(value.to_bits()),
        _ => Err(Misfit::OtherType),
    }
}

fn date(value: Carried<'_>) -> Fit<i32> {
    match value {
        Carried::Date(date) => finite(date).map(parse::days),
        Carried::UInt64(number) => exact(parse::date_from_number(number)),
        Carried::Text(text) => exact(parse::date(text)),
        _ => Err(Misfit::OtherType),
    }
}

/// ConnectorX gives PostgreSQL's infinite dates as chrono's last and first.
fn finite(date: NaiveDate) -> Fit<NaiveDate> {
    exact((date != NaiveDate::MAX && date != NaiveDate::MIN).then_some(date))
}

pub(super) fn bits64(data_type: &DataType, value: Carried<'_>) -> Fit<u64> {
    match (data_type, value) {
        (DataType::Int64, Carried::Int64(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt64, Carried::UInt64(value)) => Ok(value),
        (DataType::Float64, Carried::Float64(value)) => Ok(value.to_bits()),
        (_, Carried::Text(text)) => Ok(time_like(data_type, text)?.cast_unsigned()),
        (DataType::Timestamp(TimeUnit::Microsecond, _), Carried::DateTime(value)) => {
            micros(value.and_utc())
        }
        (DataType::Timestamp(TimeUnit::Microsecond, _), Carried::Instant(value)) => micros(value),
        _ => Err(Misfit::OtherType),
    }
}

fn micros(instant: DateTime<Utc>) -> Fit<u64> {
    finite(instant.date_naive())?;
    Ok(instant.timestamp_micros().cast_unsigned())
}

fn time_like(data_type: &DataType, text: &str) -> Fit<i64> {
    exact(match data_type {
        DataType::Timestamp(TimeUnit::Microsecond, _) => parse::timestamp(text),
        DataType::Time64(TimeUnit::Microsecond) => parse::time(text),
        DataType::Duration(TimeUnit::Microsecond) => parse::duration(text),
        _ => return Err(Misfit::OtherType),
    })
}

pub(super) fn bits128(data_type: &DataType, value: Carried<'_>) -> Fit<i128> {
    match (data_type, value) {
        (DataType::Decimal128(precision, scale), Carried::Text(text)) => {
            exact(parse::decimal128(text, *precision, *scale))
        }
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits256(data_type: &DataType, value: Carried<'_>) -> Fit<i256> {
    match (data_type, value) {
        (DataType::Decimal256(precision, scale), Carried::Text(text)) => {
            exact(parse::decimal256(text, *precision, *scale))
        }
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bytes<'a>(data_type: &DataType, value: Carried<'a>) -> Fit<&'a [u8]> {
    match (data_type, value) {
        (DataType::Utf8, Carried::Text(text)) => Ok(text.as_bytes()),
        (DataType::Binary, Carried::Bytes(bytes)) => Ok(bytes),
        _ => Err(Misfit::OtherType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_dates_have_no_image() {
        for infinite in [NaiveDate::MAX, NaiveDate::MIN] {
            assert_eq!(date(Carried::Date(infinite)), Err(Misfit::Inexact));
        }
        for infinite in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            assert_eq!(micros(infinite), Err(Misfit::Inexact));
        }
    }

    #[test]
    fn another_type_than_the_plan_saw_is_no_value() {
        assert_eq!(
            bits64(&DataType::Int64, Carried::UInt64(1)),
            Err(Misfit::OtherType)
        );
        assert_eq!(
            bytes(&DataType::Utf8, Carried::Bytes(b"a")),
            Err(Misfit::OtherType)
        );
        assert_eq!(
            bits32(&DataType::Date32, Carried::Int32(1)),
            Err(Misfit::OtherType)
        );
    }
}
