//! Values that servers write as text: one decoder for each type, exact or not at all.

use super::parse;
use crate::destination::{Decoder, Fit, Misfit};
use arrow::datatypes::{DataType, TimeUnit};
use std::str::FromStr;

/// Returns the decoder for a column's values as text. Values of binary types are the bytes themselves.
pub(super) fn decoder(data_type: &DataType) -> Decoder {
    use DataType as T;
    match data_type {
        T::Int8 => Decoder::bits8(|text| Ok(number::<i8>(text)?.cast_unsigned())),
        T::UInt8 => Decoder::bits8(number),
        T::Int16 => Decoder::bits16(|text| Ok(number::<i16>(text)?.cast_unsigned())),
        T::UInt16 => Decoder::bits16(number),
        T::Int32 => Decoder::bits32(|text| Ok(number::<i32>(text)?.cast_unsigned())),
        T::UInt32 => Decoder::bits32(number),
        T::Float32 => Decoder::bits32(|text| Ok(number::<f32>(text)?.to_bits())),
        T::Int64 => Decoder::bits64(|text| Ok(number::<i64>(text)?.cast_unsigned())),
        T::UInt64 => Decoder::bits64(number),
        T::Float64 => Decoder::bits64(|text| Ok(number::<f64>(text)?.to_bits())),
        T::Binary => Decoder::Bytes,
        _ => spelled_out(data_type),
    }
}

/// Returns the same for the types that ConnectorX's own sources also deliver as text.
pub(super) fn spelled_out(data_type: &DataType) -> Decoder {
    use DataType as T;
    use TimeUnit::Microsecond;
    match *data_type {
        T::Utf8 => Decoder::Text,
        T::Date32 => Decoder::days(|text| dated(text, parse::date)),
        T::Timestamp(Microsecond, _) => Decoder::micros(|text| dated(text, parse::timestamp)),
        T::Time64(Microsecond) => Decoder::micros(|text| exact(parse::time(as_text(text)?))),
        T::Duration(Microsecond) => Decoder::micros(|text| exact(parse::duration(as_text(text)?))),
        T::Decimal128(precision, scale) => {
            Decoder::bits128(move |text| exact(parse::decimal128(as_text(text)?, precision, scale)))
        }
        T::Decimal256(precision, scale) => {
            Decoder::bits256(move |text| exact(parse::decimal256(as_text(text)?, precision, scale)))
        }
        _ => Decoder::None,
    }
}

pub(super) fn exact<T>(value: Option<T>) -> Fit<T> {
    value.ok_or(Misfit::Inexact)
}

/// Text that isn't UTF-8 can't be represented.
pub(super) fn as_text(written: &[u8]) -> Fit<&str> {
    exact(std::str::from_utf8(written).ok())
}

fn number<T: FromStr>(written: &[u8]) -> Fit<T> {
    exact(as_text(written)?.parse().ok())
}

/// Parses a date or timestamp, or returns why it can't.
fn dated<T>(written: &[u8], parse: fn(&str) -> Option<T>) -> Fit<T> {
    let text = as_text(written)?;
    parse(text).ok_or_else(|| {
        if parse::is_invalid_date(text) {
            Misfit::NoDate
        } else {
            Misfit::Inexact
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::Column;
    use arrow::array::AsArray;
    use arrow::datatypes::{ArrowPrimitiveType, Float32Type, Int8Type, UInt32Type, UInt64Type};

    fn read<T: ArrowPrimitiveType>(text: &str) -> Fit<T::Native> {
        let mut column = Column::new(&T::DATA_TYPE);
        column.push(&decoder(&T::DATA_TYPE), text.as_bytes())?;
        Ok(column.finish().unwrap().as_primitive::<T>().value(0))
    }

    #[test]
    fn written_numbers_are_read_as_their_columns_type() {
        assert_eq!(read::<Int8Type>("-128"), Ok(-128));
        assert_eq!(read::<Int8Type>("128"), Err(Misfit::Inexact));
        assert_eq!(read::<UInt32Type>("0000000042"), Ok(42), "ZEROFILL");
        assert_eq!(read::<UInt64Type>("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read::<Float32Type>("0.10000000149011612"), Ok(0.1));
        let no_text = Column::new(&DataType::Utf8).push(&decoder(&DataType::Utf8), b"\xff");
        assert_eq!(no_text, Err(Misfit::Inexact));
    }

    #[test]
    fn equal_values_are_comparable_whatever_their_spelling() {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        let bytes =
            |data_type: &DataType, text: &str| decoder(data_type).comparable(text.as_bytes());
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
}
