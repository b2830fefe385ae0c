//! Cells of a record batch, for the formats that are written row by row.

use crate::{Error, ErrorKind, Result};
use arrow::array::types::{
    Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{
    Array, AsArray, BinaryArray, BooleanArray, ListArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, TimeUnit, i256};

/// A value, borrowed from its record batch.
#[derive(Clone, Copy)]
pub(super) enum CellValue<'a> {
    /// NULL.
    Null,
    /// From Boolean.
    Bool(bool),
    /// From a signed integer of any width.
    Int(i64),
    /// From an unsigned integer of any width.
    UInt(u64),
    /// From Float32.
    Float32(f32),
    /// From Float64.
    Float64(f64),
    /// From Decimal128: `unscaled` · 10^-`scale`.
    Decimal128(i128, i8),
    /// From Decimal256: `unscaled` · 10^-`scale`.
    Decimal256(i256, i8),
    /// From Utf8.
    Text(&'a str),
    /// From Binary.
    Bytes(&'a [u8]),
    /// Days after 1970-01-01.
    Date(i32),
    /// Microseconds after 1970-01-01T00:00:00, from a column without a time zone.
    Timestamp(i64),
    /// Microseconds after 1970-01-01T00:00:00Z.
    TimestampUtc(i64),
    /// Microseconds after midnight.
    Time(i64),
    /// Microseconds.
    Duration(i64),
    /// From List.
    List(Elements<'a>),
}

/// The elements of a list.
#[derive(Clone, Copy)]
pub(super) struct Elements<'a> {
    column: &'a Column<'a>,
    start: usize,
    end: usize,
}

/// A column's array, by type.
enum Cells<'a> {
    Bool(&'a BooleanArray),
    Int8(&'a PrimitiveArray<Int8Type>),
    Int16(&'a PrimitiveArray<Int16Type>),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    UInt8(&'a PrimitiveArray<UInt8Type>),
    UInt16(&'a PrimitiveArray<UInt16Type>),
    UInt32(&'a PrimitiveArray<UInt32Type>),
    UInt64(&'a PrimitiveArray<UInt64Type>),
    Float32(&'a PrimitiveArray<Float32Type>),
    Float64(&'a PrimitiveArray<Float64Type>),
    Decimal128(&'a PrimitiveArray<Decimal128Type>, i8),
    Decimal256(&'a PrimitiveArray<Decimal256Type>, i8),
    Text(&'a StringArray),
    Bytes(&'a BinaryArray),
    Date(&'a PrimitiveArray<Date32Type>),
    Timestamp(&'a PrimitiveArray<TimestampMicrosecondType>),
    TimestampUtc(&'a PrimitiveArray<TimestampMicrosecondType>),
    Time(&'a PrimitiveArray<Time64MicrosecondType>),
    Duration(&'a PrimitiveArray<DurationMicrosecondType>),
    /// Lists, and a column with the elements of all of them.
    List(&'a ListArray, Box<Column<'a>>),
}

/// A column of a record batch.
pub(super) struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    array: &'a dyn Array,
    cells: Cells<'a>,
}

/// The columns of a batch, in order.
pub(super) fn columns(batch: &RecordBatch) -> Result<Vec<Column<'_>>> {
    let fields = batch.schema_ref().fields().iter();
    fields
        .zip(batch.columns())
        .map(|(field, array)| column(field.name(), array))
        .collect()
}

fn column<'a>(name: &'a str, array: &'a dyn Array) -> Result<Column<'a>> {
    Ok(Column {
        name,
        array,
        cells: cells(array)?,
    })
}

fn cells(array: &dyn Array) -> Result<Cells<'_>> {
    Ok(match array.data_type() {
        DataType::Boolean => Cells::Bool(array.as_boolean()),
        DataType::Int8 => Cells::Int8(array.as_primitive()),
        DataType::Int16 => Cells::Int16(array.as_primitive()),
        DataType::Int32 => Cells::Int32(array.as_primitive()),
        DataType::Int64 => Cells::Int64(array.as_primitive()),
        DataType::UInt8 => Cells::UInt8(array.as_primitive()),
        DataType::UInt16 => Cells::UInt16(array.as_primitive()),
        DataType::UInt32 => Cells::UInt32(array.as_primitive()),
        DataType::UInt64 => Cells::UInt64(array.as_primitive()),
        DataType::Float32 => Cells::Float32(array.as_primitive()),
        DataType::Float64 => Cells::Float64(array.as_primitive()),
        DataType::Decimal128(_, scale) => Cells::Decimal128(array.as_primitive(), *scale),
        DataType::Decimal256(_, scale) => Cells::Decimal256(array.as_primitive(), *scale),
        DataType::Utf8 => Cells::Text(array.as_string()),
        DataType::Binary => Cells::Bytes(array.as_binary()),
        DataType::Date32 => Cells::Date(array.as_primitive()),
        DataType::Timestamp(TimeUnit::Microsecond, None) => Cells::Timestamp(array.as_primitive()),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "UTC" => {
            Cells::TimestampUtc(array.as_primitive())
        }
        DataType::Time64(TimeUnit::Microsecond) => Cells::Time(array.as_primitive()),
        DataType::Duration(TimeUnit::Microsecond) => Cells::Duration(array.as_primitive()),
        DataType::List(element) => {
            let lists = array.as_list();
            Cells::List(lists, Box::new(column(element.name(), lists.values())?))
        }
        other => {
            let message =
                format!("internal error: text and pickle files can't contain type {other}");
            return Err(Error::new(ErrorKind::Bug, message));
        }
    })
}

impl Column<'_> {
    /// The cell in `row`, which must be less than the batch's number of rows.
    pub(super) fn cell(&self, row: usize) -> CellValue<'_> {
        if self.array.is_null(row) {
            return CellValue::Null;
        }
        match &self.cells {
            Cells::Bool(array) => CellValue::Bool(array.value(row)),
            Cells::Int8(array) => CellValue::Int(array.value(row).into()),
            Cells::Int16(array) => CellValue::Int(array.value(row).into()),
            Cells::Int32(array) => CellValue::Int(array.value(row).into()),
            Cells::Int64(array) => CellValue::Int(array.value(row)),
            Cells::UInt8(array) => CellValue::UInt(array.value(row).into()),
            Cells::UInt16(array) => CellValue::UInt(array.value(row).into()),
            Cells::UInt32(array) => CellValue::UInt(array.value(row).into()),
            Cells::UInt64(array) => CellValue::UInt(array.value(row)),
            Cells::Float32(array) => CellValue::Float32(array.value(row)),
            Cells::Float64(array) => CellValue::Float64(array.value(row)),
            Cells::Decimal128(array, scale) => CellValue::Decimal128(array.value(row), *scale),
            Cells::Decimal256(array, scale) => CellValue::Decimal256(array.value(row), *scale),
            Cells::Text(array) => CellValue::Text(array.value(row)),
            Cells::Bytes(array) => CellValue::Bytes(array.value(row)),
            Cells::Date(array) => CellValue::Date(array.value(row)),
            Cells::Timestamp(array) => CellValue::Timestamp(array.value(row)),
            Cells::TimestampUtc(array) => CellValue::TimestampUtc(array.value(row)),
            Cells::Time(array) => CellValue::Time(array.value(row)),
            Cells::Duration(array) => CellValue::Duration(array.value(row)),
            Cells::List(array, column) => {
                // Arrow's offsets are never negative.
                let end = |row: usize| array.value_offsets()[row].cast_unsigned() as usize;
                CellValue::List(Elements {
                    column,
                    start: end(row),
                    end: end(row + 1),
                })
            }
        }
    }
}

impl<'a> Elements<'a> {
    /// The elements in order, with [`CellValue::Null`] for null.
    pub(super) fn cells(self) -> impl ExactSizeIterator<Item = CellValue<'a>> {
        (self.start..self.end).map(|row| self.column.cell(row))
    }
}
