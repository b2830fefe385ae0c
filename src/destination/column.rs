//! A growing column: values by their width, whatever Arrow type they will be read as.

use super::carrier::Carried;
use super::convert::{self, Misfit};
use arrow::array::{ArrayData, ArrayRef, BooleanBufferBuilder, make_array};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow::datatypes::{DataType, i256};
use arrow::error::ArrowError;

/// A column under construction.
pub(super) struct Column {
    data_type: DataType,
    values: Values,
    valid: Vec<bool>,
    nulls: usize,
}

enum Values {
    Bool(Vec<bool>),
    Width8(Vec<u8>),
    Width16(Vec<u16>),
    Width32(Vec<u32>),
    Width64(Vec<u64>),
    Width128(Vec<i128>),
    Width256(Vec<i256>),
    /// Bytes of all values, and where each ends.
    Bytes(Vec<u8>, Vec<i32>),
}

impl Column {
    pub(super) fn new(data_type: &DataType) -> Self {
        use DataType as T;
        let values = match data_type {
            T::Boolean => Values::Bool(Vec::new()),
            T::Int8 | T::UInt8 => Values::Width8(Vec::new()),
            T::Int16 | T::UInt16 => Values::Width16(Vec::new()),
            T::Int32 | T::UInt32 | T::Float32 | T::Date32 => Values::Width32(Vec::new()),
            T::Decimal128(..) => Values::Width128(Vec::new()),
            T::Decimal256(..) => Values::Width256(Vec::new()),
            T::Utf8 | T::Binary => Values::Bytes(Vec::new(), Vec::new()),
            _ => Values::Width64(Vec::new()),
        };
        Self {
            data_type: data_type.clone(),
            values,
            valid: Vec::new(),
            nulls: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    /// Bytes that the values take, without their validity.
    pub(super) fn value_bytes(&self) -> usize {
        match &self.values {
            Values::Bool(values) => values.len(),
            Values::Width8(values) => values.len(),
            Values::Width16(values) => values.len() * 2,
            Values::Width32(values) => values.len() * 4,
            Values::Width64(values) => values.len() * 8,
            Values::Width128(values) => values.len() * 16,
            Values::Width256(values) => values.len() * 32,
            Values::Bytes(bytes, ends) => bytes.len() + ends.len() * 4,
        }
    }

    pub(super) fn clear(&mut self) {
        self.valid.clear();
        self.nulls = 0;
        match &mut self.values {
            Values::Bool(values) => values.clear(),
            Values::Width8(values) => values.clear(),
            Values::Width16(values) => values.clear(),
            Values::Width32(values) => values.clear(),
            Values::Width64(values) => values.clear(),
            Values::Width128(values) => values.clear(),
            Values::Width256(values) => values.clear(),
            Values::Bytes(bytes, ends) => {
                bytes.clear();
                ends.clear();
            }
        }
    }

    pub(super) fn push_null(&mut self) {
        match &mut self.values {
            Values::Bool(values) => values.push(false),
            Values::Width8(values) => values.push(0),
            Values::Width16(values) => values.push(0),
            Values::Width32(values) => values.push(0),
            Values::Width64(values) => values.push(0),
            Values::Width128(values) => values.push(0),
            Values::Width256(values) => values.push(i256::ZERO),
            Values::Bytes(_, ends) => ends.push(ends.last().copied().unwrap_or(0)),
        }
        self.valid.push(false);
        self.nulls += 1;
    }

    /// Puts a value, or says why it doesn't fit; then the column is unchanged.
    pub(super) fn push(&mut self, value: Carried<'_>) -> Result<(), Misfit> {
        push_value(&mut self.values, &self.data_type, value)?;
        self.valid.push(true);
        Ok(())
    }

    /// Whether the value of `row` is NULL.
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls > 0 && !self.valid[row]
    }

    /// The bytes of the value of `row`, by which keys compare: integers in little-endian order, text and binary as they
    /// are. Equal values have equal bytes within one Arrow type.
    pub(super) fn with_bytes<R>(&self, row: usize, use_bytes: impl FnOnce(&[u8]) -> R) -> R {
        match &self.values {
            Values::Bool(values) => use_bytes(&[u8::from(values[row])]),
            Values::Width8(values) => use_bytes(&[values[row]]),
            Values::Width16(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width32(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width64(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width128(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width256(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Bytes(bytes, ends) => use_bytes(slot(bytes, ends, row)),
        }
    }

    /// Appends the given rows of a column of the same type.
    pub(super) fn extend_from(&mut self, other: &Self, rows: &[usize]) {
        self.valid.extend(rows.iter().map(|row| other.valid[*row]));
        if other.nulls > 0 {
            self.nulls += rows.iter().filter(|row| !other.valid[**row]).count();
        }
        match (&mut self.values, &other.values) {
            (Values::Bool(to), Values::Bool(from)) => gather(to, from, rows),
            (Values::Width8(to), Values::Width8(from)) => gather(to, from, rows),
            (Values::Width16(to), Values::Width16(from)) => gather(to, from, rows),
            (Values::Width32(to), Values::Width32(from)) => gather(to, from, rows),
            (Values::Width64(to), Values::Width64(from)) => gather(to, from, rows),
            (Values::Width128(to), Values::Width128(from)) => gather(to, from, rows),
            (Values::Width256(to), Values::Width256(from)) => gather(to, from, rows),
            (Values::Bytes(to, to_ends), Values::Bytes(from, from_ends)) => {
                for row in rows {
                    to.extend_from_slice(slot(from, from_ends, *row));
                    // The writer finishes its batch before a column could pass 2 GiB.
                    to_ends.push(i32::try_from(to.len()).unwrap_or(i32::MAX));
                }
            }
            _ => unreachable!("both columns were made for the same Arrow type"),
        }
    }

    /// The finished array; the column is empty afterwards. Fails where text is not UTF-8.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let len = self.len();
        let valid = std::mem::take(&mut self.valid);
        let nulls = std::mem::take(&mut self.nulls);
        let buffers =
            std::mem::replace(&mut self.values, Self::new(&self.data_type).values).into_buffers();
        let validity = (nulls > 0).then(|| NullBuffer::new(BooleanBuffer::from(valid)));
        let data = ArrayData::builder(self.data_type.clone())
            .len(len)
            .nulls(validity)
            .buffers(buffers)
            .build()?;
        Ok(make_array(data))
    }
}

impl Values {
    fn into_buffers(self) -> Vec<Buffer> {
        match self {
            Self::Bool(values) => vec![bits(&values)],
            Self::Width8(values) => vec![Buffer::from_vec(values)],
            Self::Width16(values) => vec![Buffer::from_vec(values)],
            Self::Width32(values) => vec![Buffer::from_vec(values)],
            Self::Width64(values) => vec![Buffer::from_vec(values)],
            Self::Width128(values) => vec![Buffer::from_vec(values)],
            Self::Width256(values) => vec![Buffer::from_vec(values)],
            Self::Bytes(bytes, mut ends) => {
                ends.insert(0, 0);
                vec![Buffer::from_vec(ends), Buffer::from_vec(bytes)]
            }
        }
    }
}

fn bits(values: &[bool]) -> Buffer {
    let mut builder = BooleanBufferBuilder::new(values.len());
    builder.append_slice(values);
    builder.finish().into_inner()
}

fn gather<T: Copy>(to: &mut Vec<T>, from: &[T], rows: &[usize]) {
    to.extend(rows.iter().map(|row| from[*row]));
}

fn slot<'a>(bytes: &'a [u8], ends: &[i32], row: usize) -> &'a [u8] {
    let start = row.checked_sub(1).map_or(0, |before| ends[before]);
    // Ends are lengths of `bytes` that fitted an i32 when they were pushed.
    &bytes[start.cast_unsigned() as usize..ends[row].cast_unsigned() as usize]
}

fn push_value(values: &mut Values, data_type: &DataType, value: Carried<'_>) -> Result<(), Misfit> {
    match values {
        Values::Bool(to) => to.push(convert::truth(value)?),
        Values::Width8(to) => to.push(convert::bits8(data_type, value)?),
        Values::Width16(to) => to.push(convert::bits16(data_type, value)?),
        Values::Width32(to) => to.push(convert::bits32(data_type, value)?),
        Values::Width64(to) => to.push(convert::bits64(data_type, value)?),
        Values::Width128(to) => to.push(convert::bits128(data_type, value)?),
        Values::Width256(to) => to.push(convert::bits256(data_type, value)?),
        Values::Bytes(to, ends) => push_bytes(to, ends, convert::bytes(data_type, value)?)?,
    }
    Ok(())
}

fn push_bytes(bytes: &mut Vec<u8>, ends: &mut Vec<i32>, value: &[u8]) -> Result<(), Misfit> {
    let end = bytes
        .len()
        .checked_add(value.len())
        .and_then(|end| i32::try_from(end).ok());
    let end = end.ok_or(Misfit::Inexact)?;
    bytes.extend_from_slice(value);
    ends.push(end);
    Ok(())
}
