//! A growing column. Values are stored by their width, whatever Arrow type they will have.

use super::decoder::Decoder;
use super::fit::{Fit, Misfit};
use super::list::List;
use arrow::array::{ArrayData, ArrayRef, BooleanBufferBuilder, StringArray, make_array};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowNativeType, DataType, i256};
use arrow::error::ArrowError;
use std::sync::Arc;

/// The most that a column reserves before it has any values.
const MAX_RESERVED_BYTES: usize = 4 << 20;

/// A column under construction.
pub(crate) struct Column {
    data_type: DataType,
    values: Values,
    rows: usize,
    /// Whether each row's value is valid; empty while no value is NULL.
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
    /// The bytes of all values, and Arrow's offsets: 0, then the end of each value.
    Bytes(Vec<u8>, Vec<i32>),
    List(Box<List>),
}

impl Column {
    pub fn new(data_type: &DataType) -> Self {
        use DataType as T;
        let values = match data_type {
            T::Boolean => Values::Bool(Vec::new()),
            T::Int8 | T::UInt8 => Values::Width8(Vec::new()),
            T::Int16 | T::UInt16 => Values::Width16(Vec::new()),
            T::Int32 | T::UInt32 | T::Float32 | T::Date32 => Values::Width32(Vec::new()),
            T::Decimal128(..) => Values::Width128(Vec::new()),
            T::Decimal256(..) => Values::Width256(Vec::new()),
            T::Utf8 | T::Binary => Values::Bytes(Vec::new(), vec![0]),
            T::List(element) => Values::List(Box::new(List::new(element.data_type()))),
            _ => Values::Width64(Vec::new()),
        };
        Self {
            data_type: data_type.clone(),
            values,
            rows: 0,
            valid: Vec::new(),
            nulls: 0,
        }
    }

    /// For lists: invalid dates become NULL elements from now on.
    pub fn null_invalid_dates(&mut self) {
        if let Values::List(lists) = &mut self.values {
            lists.null_invalid_dates();
        }
    }

    /// For lists: how many invalid dates became NULL elements of the last list. The count is reset.
    pub fn take_nulled(&mut self) -> usize {
        match &mut self.values {
            Values::List(lists) => lists.take_nulled(),
            _ => 0,
        }
    }

    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    /// Bytes that the values take, without their validity.
    pub fn value_bytes(&self) -> usize {
        match &self.values {
            Values::Bool(values) => values.len(),
            Values::Width8(values) => values.len(),
            Values::Width16(values) => values.len() * 2,
            Values::Width32(values) => values.len() * 4,
            Values::Width64(values) => values.len() * 8,
            Values::Width128(values) => values.len() * 16,
            Values::Width256(values) => values.len() * 32,
            Values::Bytes(bytes, offsets) => bytes.len() + offsets.len() * 4,
            Values::List(lists) => lists.value_bytes(),
        }
    }

    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Keeps the first `rows` values.
    pub fn truncate(&mut self, rows: usize) {
        let dropped = self.valid.get(rows..).unwrap_or_default();
        self.nulls -= dropped.iter().filter(|valid| !**valid).count();
        self.valid.truncate(if self.nulls > 0 { rows } else { 0 });
        self.rows = self.rows.min(rows);
        match &mut self.values {
            Values::Bool(values) => values.truncate(rows),
            Values::Width8(values) => values.truncate(rows),
            Values::Width16(values) => values.truncate(rows),
            Values::Width32(values) => values.truncate(rows),
            Values::Width64(values) => values.truncate(rows),
            Values::Width128(values) => values.truncate(rows),
            Values::Width256(values) => values.truncate(rows),
            Values::Bytes(bytes, offsets) => {
                offsets.truncate(rows + 1);
                bytes.truncate(offsets.last().map_or(0, |end| end.cast_unsigned() as usize));
            }
            Values::List(lists) => lists.truncate(rows),
        }
    }

    /// Reserves memory for rows of so many bytes each.
    pub fn reserve(&mut self, rows: usize, bytes: usize) {
        match &mut self.values {
            Values::Bool(values) => values.reserve(rows),
            Values::Width8(values) => values.reserve(rows),
            Values::Width16(values) => values.reserve(rows),
            Values::Width32(values) => values.reserve(rows),
            Values::Width64(values) => values.reserve(rows),
            Values::Width128(values) => values.reserve(rows),
            Values::Width256(values) => values.reserve(rows),
            Values::Bytes(values, offsets) => {
                values.reserve(rows.saturating_mul(bytes).min(MAX_RESERVED_BYTES));
                offsets.reserve(rows);
            }
            Values::List(_) => {}
        }
    }

    pub fn push_null(&mut self) {
        self.push_nothing();
        self.valid.resize(self.rows, true);
        self.valid.push(false);
        self.rows += 1;
        self.nulls += 1;
    }

    /// Puts a placeholder for a value that doesn't fit: its row is refused later if it is to be written.
    pub fn push_placeholder(&mut self) {
        self.push_nothing();
        self.count_value();
    }

    /// Counts a value that isn't NULL.
    #[inline]
    fn count_value(&mut self) {
        self.rows += 1;
        if self.nulls > 0 {
            self.valid.push(true);
        }
    }

    fn push_nothing(&mut self) {
        match &mut self.values {
            Values::Bool(values) => values.push(false),
            Values::Width8(values) => values.push(0),
            Values::Width16(values) => values.push(0),
            Values::Width32(values) => values.push(0),
            Values::Width64(values) => values.push(0),
            Values::Width128(values) => values.push(0),
            Values::Width256(values) => values.push(i256::ZERO),
            Values::Bytes(_, offsets) => offsets.push(offsets.last().copied().unwrap_or(0)),
            Values::List(lists) => lists.push_empty(),
        }
    }

    /// Puts a value, or says why it doesn't fit and leaves the column unchanged.
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each cell of wide tables"
    )]
    #[inline(always)]
    pub fn push(&mut self, decoder: &Decoder, cell: &[u8]) -> Fit<()> {
        match (decoder, &mut self.values) {
            (Decoder::Text, Values::Bytes(to, offsets)) => push_text(to, offsets, cell)?,
            (Decoder::Bits32(read), Values::Width32(to)) => to.push(read(cell)?),
            (Decoder::Bits64(read), Values::Width64(to)) => to.push(read(cell)?),
            (decoder, values) => push_rarer(decoder, values, cell)?,
        }
        self.count_value();
        Ok(())
    }

    /// Puts a number into a column of 64-bit numbers.
    pub fn push_number(&mut self, number: u64) {
        if let Values::Width64(to) = &mut self.values {
            to.push(number);
            self.count_value();
        }
    }

    /// Whether the value in `row` is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        self.nulls > 0 && !self.valid[row]
    }

    /// The bytes of the value in `row`, by which keys compare: integers in little-endian order, text and binary as they
    /// are. Within one Arrow type, equal values have equal bytes.
    pub fn with_bytes<R>(&self, row: usize, use_bytes: impl FnOnce(&[u8]) -> R) -> R {
        match &self.values {
            Values::Bool(values) => use_bytes(&[u8::from(values[row])]),
            Values::Width8(values) => use_bytes(&[values[row]]),
            Values::Width16(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width32(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width64(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width128(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Width256(values) => use_bytes(&values[row].to_le_bytes()),
            Values::Bytes(bytes, offsets) => use_bytes(slot(bytes, offsets, row)),
            Values::List(_) => unreachable!("the plan refuses lists as keys"),
        }
    }

    /// Appends the given rows of a column of the same type.
    pub fn extend_from(&mut self, other: &Self, rows: &[usize]) {
        self.extend_valid(other, rows);
        match (&mut self.values, &other.values) {
            (Values::Bool(to), Values::Bool(from)) => gather(to, from, rows),
            (Values::Width8(to), Values::Width8(from)) => gather(to, from, rows),
            (Values::Width16(to), Values::Width16(from)) => gather(to, from, rows),
            (Values::Width32(to), Values::Width32(from)) => gather(to, from, rows),
            (Values::Width64(to), Values::Width64(from)) => gather(to, from, rows),
            (Values::Width128(to), Values::Width128(from)) => gather(to, from, rows),
            (Values::Width256(to), Values::Width256(from)) => gather(to, from, rows),
            (Values::Bytes(to, to_offsets), Values::Bytes(from, from_offsets)) => {
                for row in rows {
                    to.extend_from_slice(slot(from, from_offsets, *row));
                    // The writer finishes its batch before a column exceeds 2 GiB.
                    to_offsets.push(i32::try_from(to.len()).unwrap_or(i32::MAX));
                }
            }
            (Values::List(to), Values::List(from)) => to.extend_from(from, rows),
            _ => unreachable!("both columns were made for the same Arrow type"),
        }
    }

    fn extend_valid(&mut self, other: &Self, rows: &[usize]) {
        let more = rows.iter().filter(|row| other.is_null(**row)).count();
        if self.nulls + more > 0 {
            self.valid.resize(self.rows, true);
            self.valid
                .extend(rows.iter().map(|row| !other.is_null(*row)));
        }
        self.nulls += more;
        self.rows += rows.len();
    }

    /// The values as an array, in buffers of exactly their size. Leaves the column empty. Fails if text isn't UTF-8.
    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let validity =
            (self.nulls > 0).then(|| NullBuffer::new(BooleanBuffer::from(self.valid.as_slice())));
        let array = match &mut self.values {
            Values::Bytes(bytes, offsets) if self.data_type == DataType::Utf8 => {
                // The offsets ascend: each is the length of the values so far.
                let offsets = OffsetBuffer::new(ScalarBuffer::from(taken_offsets(offsets)));
                Arc::new(StringArray::try_new(offsets, taken(bytes), validity)?)
            }
            values => {
                let data = ArrayData::builder(self.data_type.clone())
                    .len(self.rows)
                    .nulls(validity)
                    .buffers(values.take_buffers())
                    .child_data(values.finish_children()?)
                    .build()?;
                make_array(data)
            }
        };
        self.clear();
        Ok(array)
    }
}

impl Values {
    fn take_buffers(&mut self) -> Vec<Buffer> {
        match self {
            Self::Bool(values) => vec![bits(values)],
            Self::Width8(values) => vec![taken(values)],
            Self::Width16(values) => vec![taken(values)],
            Self::Width32(values) => vec![taken(values)],
            Self::Width64(values) => vec![taken(values)],
            Self::Width128(values) => vec![taken(values)],
            Self::Width256(values) => vec![taken(values)],
            Self::Bytes(bytes, offsets) => vec![taken_offsets(offsets), taken(bytes)],
            Self::List(lists) => vec![lists.take_offsets()],
        }
    }

    fn finish_children(&mut self) -> Result<Vec<ArrayData>, ArrowError> {
        match self {
            Self::List(lists) => Ok(vec![lists.finish_elements()?]),
            _ => Ok(Vec::new()),
        }
    }
}

/// Takes the values without a copy. Reserves as much again, which the next batch will probably need.
fn taken<T: ArrowNativeType>(values: &mut Vec<T>) -> Buffer {
    let capacity = values.len().min(MAX_RESERVED_BYTES / size_of::<T>());
    let mut taken = std::mem::replace(values, Vec::with_capacity(capacity));
    taken.shrink_to_fit();
    Buffer::from_vec(taken)
}

/// As [`taken`]; the next offsets begin with 0 again.
pub(super) fn taken_offsets(offsets: &mut Vec<i32>) -> Buffer {
    let buffer = taken(offsets);
    offsets.push(0);
    buffer
}

fn bits(values: &[bool]) -> Buffer {
    let mut builder = BooleanBufferBuilder::new(values.len());
    builder.append_slice(values);
    builder.finish().into_inner()
}

fn gather<T: Copy>(to: &mut Vec<T>, from: &[T], rows: &[usize]) {
    to.extend(rows.iter().map(|row| from[*row]));
}

fn slot<'a>(bytes: &'a [u8], offsets: &[i32], row: usize) -> &'a [u8] {
    // Offsets are lengths of `bytes` that fit an i32 when they were pushed.
    let at = |index: usize| offsets[index].cast_unsigned() as usize;
    &bytes[at(row)..at(row + 1)]
}

/// Puts values of the types that few columns have. Separate, so that the path of most cells is small enough to be inlined.
#[inline(never)]
fn push_rarer(decoder: &Decoder, values: &mut Values, cell: &[u8]) -> Fit<()> {
    match (decoder, values) {
        (Decoder::Truth(read), Values::Bool(to)) => to.push(read(cell)?),
        (Decoder::Bits8(read), Values::Width8(to)) => to.push(read(cell)?),
        (Decoder::Bits16(read), Values::Width16(to)) => to.push(read(cell)?),
        (Decoder::Bits128(read), Values::Width128(to)) => to.push(read(cell)?),
        (Decoder::Bits256(read), Values::Width256(to)) => to.push(read(cell)?),
        (Decoder::Bytes, Values::Bytes(to, offsets)) => push_bytes(to, offsets, cell)?,
        (Decoder::Written(write), Values::Bytes(to, offsets)) => {
            let mut written = Vec::new();
            write(cell, &mut written)?;
            push_bytes(to, offsets, &written)?;
        }
        (Decoder::List(read, element), Values::List(lists)) => lists.push(*read, element, cell)?,
        _ => return Err(Misfit::OtherType),
    }
    Ok(())
}

/// Refuses text that isn't UTF-8. Most text is ASCII, which is checked faster.
#[inline]
fn push_text(bytes: &mut Vec<u8>, offsets: &mut Vec<i32>, text: &[u8]) -> Fit<()> {
    if text.is_ascii() || std::str::from_utf8(text).is_ok() {
        push_bytes(bytes, offsets, text)
    } else {
        Err(Misfit::Inexact)
    }
}

#[inline]
fn push_bytes(bytes: &mut Vec<u8>, offsets: &mut Vec<i32>, value: &[u8]) -> Fit<()> {
    let end = bytes
        .len()
        .checked_add(value.len())
        .and_then(|end| i32::try_from(end).ok());
    let end = end.ok_or(Misfit::Inexact)?;
    bytes.extend_from_slice(value);
    offsets.push(end);
    Ok(())
}
