//! Values that one of ConnectorX's own sources passes on in the planned type.

use super::cell_type::CellType;
use super::decoder::Decoder;
use super::fit::{Fit, Misfit};
use arrow::datatypes::{DataType, TimeUnit};

/// The decoder that reads a type's cells as values of the same type; [`Decoder::None`] if the types differ.
pub(crate) fn native(cell_type: CellType, data_type: &DataType) -> Decoder {
    use CellType as C;
    use DataType as T;
    match (cell_type, data_type) {
        (C::Bool(_), T::Boolean) => Decoder::truth(|cell| Ok(fixed(cell)? != [0])),
        (C::Int8(_), T::Int8) | (C::UInt8(_), T::UInt8) => {
            Decoder::bits8(|cell| fixed(cell).map(u8::from_le_bytes))
        }
        (C::Int16(_), T::Int16) | (C::UInt16(_), T::UInt16) => {
            Decoder::bits16(|cell| fixed(cell).map(u16::from_le_bytes))
        }
        (C::Int32(_), T::Int32) | (C::UInt32(_), T::UInt32) | (C::Float32(_), T::Float32) => {
            Decoder::bits32(|cell| fixed(cell).map(u32::from_le_bytes))
        }
        (C::Int64(_), T::Int64) | (C::UInt64(_), T::UInt64) | (C::Float64(_), T::Float64) => {
            Decoder::bits64(|cell| fixed(cell).map(u64::from_le_bytes))
        }
        (C::Date(_), T::Date32) => Decoder::days(|cell| fixed(cell).map(i32::from_le_bytes)),
        (C::DateTime(_) | C::Instant(_), T::Timestamp(TimeUnit::Microsecond, _)) => {
            Decoder::micros(|cell| fixed(cell).map(i64::from_le_bytes))
        }
        (C::Text(_) | C::OwnedText(_), T::Utf8) => Decoder::Text,
        (C::OwnedBytes(_), T::Binary) => Decoder::Bytes,
        _ => Decoder::None,
    }
}

/// The bytes of a value whose type has a fixed width.
pub(crate) fn fixed<const WIDTH: usize>(cell: &[u8]) -> Fit<[u8; WIDTH]> {
    cell.try_into().map_err(|_| Misfit::OtherType)
}

#[cfg(test)]
mod tests {
    use super::super::cell_type::Carry;
    use super::super::column::Column;
    use super::*;

    fn put<T: Carry>(cell_type: CellType, data_type: &DataType, value: &T) -> Fit<()> {
        let decoder = native(cell_type, data_type);
        value.with_cell(|cell| Column::new(data_type).push(&decoder, cell))
    }

    #[test]
    fn a_type_other_than_the_planned_one_is_refused() {
        let other = Err(Misfit::OtherType);
        assert_eq!(put(CellType::UInt64(true), &DataType::Int64, &1_u64), other);
        let bytes = b"a".to_vec();
        let text = put(CellType::OwnedBytes(true), &DataType::Utf8, &bytes);
        assert_eq!(text, other);
        assert_eq!(put(CellType::Int32(true), &DataType::Date32, &1), other);
        assert_eq!(put(CellType::Int32(true), &DataType::Int32, &1), Ok(()));
    }
}
