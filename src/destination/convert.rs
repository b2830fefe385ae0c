//! From a carried value to the bits that its Arrow type stores: exactly, or not at all.

use super::carrier::Carried;
use super::{binary, parse, spelling};
pub(super) use crate::arrow_type::is_dated;
use arrow::datatypes::{DataType, TimeUnit, i256};
use chrono::{DateTime, NaiveDate, Utc};
use std::str::FromStr;

/// Why a value can't be put into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The value has no exact image in the column's type.
    Inexact,
    /// A date that no calendar has.
    NoDate,
    /// Text that is no date, or one in a spelling that isn't read.
    OtherSpelling,
    /// More than six figures behind the seconds.
    TooFine,
    /// A date with a time of the day, in a column of dates.
    NotMidnight,
    /// A moment of a zone, in a column of moments without.
    Zoned,
    /// A moment without a zone, in a column of instants.
    Zoneless,
    /// The database sends another type than the plan saw.
    OtherType,
    /// NULL in a column that may hold none.
    Null,
}

pub(super) type Fit<T> = Result<T, Misfit>;

fn exact<T>(value: Option<T>) -> Fit<T> {
    value.ok_or(Misfit::Inexact)
}

/// Text that isn't UTF-8 has no image.
fn as_text(written: &[u8]) -> Fit<&str> {
    exact(std::str::from_utf8(written).ok())
}

fn number<T: FromStr>(written: &[u8]) -> Fit<T> {
    exact(as_text(written)?.parse().ok())
}

pub(super) fn truth(value: Carried<'_>) -> Fit<bool> {
    match value {
        Carried::Bool(value) => Ok(value),
        Carried::Written(text) => exact(parse::truth(text)),
        Carried::Binary(cell) => binary::truth(cell),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits8(data_type: &DataType, value: Carried<'_>) -> Fit<u8> {
    match (data_type, value) {
        (DataType::Int8, Carried::Int8(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt8, Carried::UInt8(value)) => Ok(value),
        (DataType::Int8, Carried::Written(text)) => Ok(number::<i8>(text)?.cast_unsigned()),
        (DataType::UInt8, Carried::Written(text)) => number(text),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits16(data_type: &DataType, value: Carried<'_>) -> Fit<u16> {
    match (data_type, value) {
        (DataType::Int16, Carried::Int16(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt16, Carried::UInt16(value)) => Ok(value),
        (DataType::Int16, Carried::Binary(cell)) => Ok(u16::from_be_bytes(binary::fixed(cell)?)),
        (DataType::Int16, Carried::Written(text)) => Ok(number::<i16>(text)?.cast_unsigned()),
        (DataType::UInt16, Carried::Written(text)) => number(text),
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits32(data_type: &DataType, value: Carried<'_>) -> Fit<u32> {
    match (data_type, value) {
        (DataType::Date32, value) => Ok(date(value)?.cast_unsigned()),
        (DataType::Int32, Carried::Int32(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt32, Carried::UInt32(value)) => Ok(value),
        (DataType::Float32, Carried::Float32(value)) => Ok(value.to_bits()),
        (DataType::Int32 | DataType::UInt32 | DataType::Float32, Carried::Binary(cell)) => {
            Ok(u32::from_be_bytes(binary::fixed(cell)?))
        }
        (DataType::Int32, Carried::Written(text)) => Ok(number::<i32>(text)?.cast_unsigned()),
        (DataType::UInt32, Carried::Written(text)) => number(text),
        (DataType::Float32, Carried::Written(text)) => Ok(number::<f32>(text)?.to_bits()),
        _ => Err(Misfit::OtherType),
    }
}

fn date(value: Carried<'_>) -> Fit<i32> {
    match value {
        Carried::Date(date) => finite(date).map(parse::days),
        Carried::UInt64(number) => parse::date_from_number(number).ok_or(Misfit::NoDate),
        Carried::Text(text) => written_date(text),
        Carried::Written(text) => written_date(as_text(text)?),
        Carried::Spelled(text) => spelling::date(text),
        Carried::Binary(cell) => binary::date(cell),
        _ => Err(Misfit::OtherType),
    }
}

fn written_date(text: &str) -> Fit<i32> {
    parse::date(text).ok_or_else(|| no_date_or_inexact(text))
}

/// Why a written date or moment can't be read.
fn no_date_or_inexact(text: &str) -> Misfit {
    if parse::is_no_day(text) {
        Misfit::NoDate
    } else {
        Misfit::Inexact
    }
}

/// ConnectorX gives PostgreSQL's infinite dates as chrono's last and first.
fn finite(date: NaiveDate) -> Fit<NaiveDate> {
    let finite = date != NaiveDate::MAX && date != NaiveDate::MIN;
    finite.then_some(date).ok_or(Misfit::NoDate)
}

/// The value in bytes that are the same for equal values of a type: of dates, timestamps and decimals.
pub(super) fn comparable(data_type: &DataType, value: Carried<'_>) -> Fit<[u8; 32]> {
    Ok(match data_type {
        DataType::Date32 => padded(&bits32(data_type, value)?.to_le_bytes()),
        DataType::Timestamp(..) => padded(&bits64(data_type, value)?.to_le_bytes()),
        DataType::Decimal128(..) => padded(&bits128(data_type, value)?.to_le_bytes()),
        DataType::Decimal256(..) => bits256(data_type, value)?.to_le_bytes(),
        _ => return Err(Misfit::OtherType),
    })
}

fn padded<const WIDTH: usize>(bytes: &[u8; WIDTH]) -> [u8; 32] {
    let mut padded = [0; 32];
    for (to, from) in padded.iter_mut().zip(bytes) {
        *to = *from;
    }
    padded
}

pub(super) fn bits64(data_type: &DataType, value: Carried<'_>) -> Fit<u64> {
    match (data_type, value) {
        (DataType::Int64, Carried::Int64(value)) => Ok(value.cast_unsigned()),
        (DataType::UInt64, Carried::UInt64(value)) => Ok(value),
        (DataType::Float64, Carried::Float64(value)) => Ok(value.to_bits()),
        (DataType::Int64 | DataType::Float64, Carried::Binary(cell)) => {
            Ok(u64::from_be_bytes(binary::fixed(cell)?))
        }
        (DataType::Timestamp(TimeUnit::Microsecond, _), Carried::Binary(cell)) => {
            Ok(binary::timestamp(cell)?.cast_unsigned())
        }
        (DataType::Time64(TimeUnit::Microsecond), Carried::Binary(cell)) => {
            Ok(binary::time(cell)?.cast_unsigned())
        }
        (_, Carried::Text(text)) => Ok(time_like(data_type, text)?.cast_unsigned()),
        (DataType::Timestamp(TimeUnit::Microsecond, None), Carried::Spelled(text)) => {
            Ok(spelling::moment(text)?.cast_unsigned())
        }
        (DataType::Timestamp(TimeUnit::Microsecond, Some(_)), Carried::Spelled(text)) => {
            Ok(spelling::instant(text)?.cast_unsigned())
        }
        (DataType::Int64, Carried::Written(text)) => Ok(number::<i64>(text)?.cast_unsigned()),
        (DataType::UInt64, Carried::Written(text)) => number(text),
        (DataType::Float64, Carried::Written(text)) => Ok(number::<f64>(text)?.to_bits()),
        (_, Carried::Written(text)) => Ok(time_like(data_type, as_text(text)?)?.cast_unsigned()),
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
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            return parse::timestamp(text).ok_or_else(|| no_date_or_inexact(text));
        }
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
        (DataType::Decimal128(precision, scale), Carried::Written(text)) => {
            exact(parse::decimal128(as_text(text)?, *precision, *scale))
        }
        (DataType::Decimal128(precision, scale), Carried::Binary(cell)) => {
            binary::decimal128(cell, *precision, *scale)
        }
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bits256(data_type: &DataType, value: Carried<'_>) -> Fit<i256> {
    match (data_type, value) {
        (DataType::Decimal256(precision, scale), Carried::Text(text)) => {
            exact(parse::decimal256(text, *precision, *scale))
        }
        (DataType::Decimal256(precision, scale), Carried::Written(text)) => {
            exact(parse::decimal256(as_text(text)?, *precision, *scale))
        }
        (DataType::Decimal256(precision, scale), Carried::Binary(cell)) => {
            binary::decimal256(cell, *precision, *scale)
        }
        _ => Err(Misfit::OtherType),
    }
}

pub(super) fn bytes<'a>(data_type: &DataType, value: Carried<'a>) -> Fit<&'a [u8]> {
    match (data_type, value) {
        (DataType::Utf8, Carried::Text(text)) => Ok(text.as_bytes()),
        (
            DataType::Utf8,
            Carried::Written(text) | Carried::Spelled(text) | Carried::Binary(text),
        ) => Ok(as_text(text)?.as_bytes()),
        (
            DataType::Binary,
            Carried::Bytes(bytes)
            | Carried::Written(bytes)
            | Carried::Spelled(bytes)
            | Carried::Binary(bytes),
        ) => Ok(bytes),
        _ => Err(Misfit::OtherType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_dates_have_no_image() {
        for infinite in [NaiveDate::MAX, NaiveDate::MIN] {
            assert_eq!(date(Carried::Date(infinite)), Err(Misfit::NoDate));
        }
        for infinite in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            assert_eq!(micros(infinite), Err(Misfit::NoDate));
        }
    }

    #[test]
    fn written_numbers_are_read_as_their_columns_type() {
        assert_eq!(bits8(&DataType::Int8, Carried::Written(b"-128")), Ok(0x80));
        assert_eq!(
            bits8(&DataType::Int8, Carried::Written(b"128")),
            Err(Misfit::Inexact)
        );
        assert_eq!(
            bits32(&DataType::UInt32, Carried::Written(b"0000000042")),
            Ok(42),
            "ZEROFILL"
        );
        assert_eq!(
            bits64(&DataType::UInt64, Carried::Written(b"18446744073709551615")),
            Ok(u64::MAX)
        );
        let single = bits32(&DataType::Float32, Carried::Written(b"0.10000000149011612"));
        assert_eq!(single, Ok(0.1_f32.to_bits()));
        assert_eq!(
            bytes(&DataType::Utf8, Carried::Written(b"\xff")),
            Err(Misfit::Inexact)
        );
    }

    #[test]
    fn equal_values_are_comparable_whatever_their_spelling() {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        let bytes = |data_type: &DataType, text: &'static str| {
            comparable(data_type, Carried::Written(text.as_bytes()))
        };
        let midnight = bytes(&moment, "2000-01-01");
        assert!(midnight.is_ok());
        assert_eq!(midnight, bytes(&moment, "2000-01-01T00:00:00.0"));
        assert_ne!(midnight, bytes(&moment, "2000-01-01 00:00:01"));
        for decimal in [DataType::Decimal128(10, 2), DataType::Decimal256(50, 2)] {
            assert_eq!(bytes(&decimal, "-1"), bytes(&decimal, "-1.00"));
            assert_ne!(bytes(&decimal, "-1"), bytes(&decimal, "1"));
            assert_eq!(bytes(&decimal, "NaN"), Err(Misfit::Inexact));
        }
        for date in ["0000-00-00", "2000-02-30"] {
            assert_eq!(bytes(&DataType::Date32, date), Err(Misfit::NoDate));
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
