//! Python pickle, protocol 4: a list of dicts, like that of a script that dumps the rows of a cursor.
//!
//! `pickle.load` returns None, bool, int, float, `decimal.Decimal` with its scale, str, bytes, `datetime.date`, naive
//! `datetime.datetime` (in UTC if the column has a time zone), `datetime.time`, `datetime.timedelta`, or a list of these.

mod frame;
mod moment;
mod opcode;

use super::cell::{CellValue, Column, Elements, columns};
use super::sink::Sink;
use super::stream::{Encode, stream};
use super::text;
use crate::{Error, ErrorKind, Proceed, Result};
use arrow::array::RecordBatch;
use frame::Framed;
use moment::OutOfRange;
use opcode::Class;

/// Number of dicts on the reader's stack before they are appended to the list: the same as for Python's own pickler.
const ROWS_PER_APPENDS: usize = 1000;

/// Writes a canonical record batch.
pub(super) fn write(batch: &RecordBatch, sink: &mut Sink, proceed: Proceed<'_>) -> Result<()> {
    let columns = columns(batch)?;
    let first_key = Class::ALL.len();
    let encoder = Pickle {
        keys: (first_key..).map(opcode::get).take(columns.len()).collect(),
        columns,
        rows: batch.num_rows(),
    };
    let mut framed = Framed::begin(sink)?;
    stream(&encoder, batch.num_rows(), &mut framed, proceed)
}

struct Pickle<'a> {
    columns: Vec<Column<'a>>,
    /// For each column, the opcode that puts its name from the memo onto the stack.
    keys: Vec<Vec<u8>>,
    rows: usize,
}

impl Encode for Pickle<'_> {
    /// Fills the memo, first with the classes, and then opens the list.
    fn begin(&self, out: &mut Vec<u8>) {
        for class in Class::ALL {
            opcode::class(class, out);
            opcode::memoize_and_pop(out);
        }
        for column in &self.columns {
            opcode::text(column.name, out);
            opcode::memoize_and_pop(out);
        }
        out.push(opcode::EMPTY_LIST);
    }

    fn row(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        if row.is_multiple_of(ROWS_PER_APPENDS) {
            out.push(opcode::MARK);
        }
        out.extend_from_slice(&[opcode::EMPTY_DICT, opcode::MARK]);
        for (key, column) in self.keys.iter().zip(&self.columns) {
            out.extend_from_slice(key);
            put(column.cell(row), out)
                .map_err(|OutOfRange(what)| out_of_range(column, row, what))?;
        }
        out.push(opcode::SETITEMS);
        if (row + 1).is_multiple_of(ROWS_PER_APPENDS) || row + 1 == self.rows {
            out.push(opcode::APPENDS);
        }
        Ok(())
    }

    fn end(&self, out: &mut Vec<u8>) {
        out.push(opcode::STOP);
    }
}

/// Appends the opcodes that leave the cell's value on the stack.
fn put(cell: CellValue<'_>, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    match cell {
        CellValue::Null => out.push(opcode::NONE),
        CellValue::Bool(value) => out.push(if value {
            opcode::NEWTRUE
        } else {
            opcode::NEWFALSE
        }),
        CellValue::Int(value) => opcode::int(value, out),
        CellValue::UInt(value) => opcode::uint(value, out),
        CellValue::Float32(value) => opcode::float(value.into(), out),
        CellValue::Float64(value) => opcode::float(value, out),
        CellValue::Decimal128(..) | CellValue::Decimal256(..) => put_decimal(cell, out),
        CellValue::Text(value) => opcode::text(value, out),
        CellValue::Bytes(value) => opcode::bytes(value, out),
        CellValue::Date(days) => moment::date(days, out)?,
        CellValue::Timestamp(micros) | CellValue::TimestampUtc(micros) => {
            moment::datetime(micros, out)?;
        }
        CellValue::Time(micros) => moment::time(micros, out)?,
        CellValue::Duration(micros) => moment::timedelta(micros, out),
        CellValue::List(elements) => put_list(elements, out)?,
    }
    Ok(())
}

fn put_list(elements: Elements<'_>, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    out.push(opcode::EMPTY_LIST);
    if elements.cells().len() == 0 {
        return Ok(());
    }
    out.push(opcode::MARK);
    for element in elements.cells() {
        put(element, out)?;
    }
    out.push(opcode::APPENDS);
    Ok(())
}

/// Appends a call such as `Decimal('1.10')`: the constructor keeps every digit and the scale.
fn put_decimal(cell: CellValue<'_>, out: &mut Vec<u8>) {
    let mut digits = Vec::with_capacity(80);
    text::put(cell, &mut digits);
    opcode::call(Class::Decimal, out, |out| {
        opcode::ascii(&digits, out);
        out.push(opcode::TUPLE1);
    });
}

fn out_of_range(column: &Column<'_>, row: usize, what: &str) -> Error {
    Error::new(
        ErrorKind::Value,
        format!("row {} of the file has {what}", row + 1),
    )
    .in_column(column.name)
    .advise("choose another --format, or exclude such rows with --where")
}

#[cfg(test)]
mod tests;
