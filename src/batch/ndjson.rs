//! A JSON object a line, its columns in order.
//!
//! What a JSON reader's double would round or lack is a string: decimals, integers beyond 2⁵³, NaN and infinities.

use super::TextCompression;
use super::cell::{Cell, Column, columns};
use super::sink::Sink;
use super::stream::{Encode, Stop, stream_compressed};
use super::text;
use crate::Result;
use arrow::array::RecordBatch;

/// Up to here a double holds every integer.
const MAX_EXACT: u64 = 1 << 53;

/// Writes a canonical record batch.
pub(super) fn write(
    batch: &RecordBatch,
    compression: TextCompression,
    sink: &mut Sink,
    stop: Stop<'_>,
) -> Result<()> {
    let columns = columns(batch)?;
    let encoder = Ndjson(columns.into_iter().map(Member::new).collect());
    stream_compressed(&encoder, batch.num_rows(), compression, sink, stop)
}

struct Ndjson<'a>(Vec<Member<'a>>);

/// A column, and its name as it stands before each value: `"name":`.
struct Member<'a> {
    column: Column<'a>,
    label: Vec<u8>,
}

impl<'a> Member<'a> {
    fn new(column: Column<'a>) -> Self {
        let mut label = Vec::new();
        put_string(column.name, &mut label);
        label.push(b':');
        Self { column, label }
    }
}

impl Encode for Ndjson<'_> {
    fn begin(&self, _out: &mut Vec<u8>) {}

    fn row(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'{');
        for (index, member) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&member.label);
            put_value(member.column.cell(row), out);
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }

    fn end(&self, _out: &mut Vec<u8>) {}
}

fn put_value(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Text(text) => put_string(text, out),
        Cell::Float32(value) if !value.is_finite() => put_non_finite(value.into(), out),
        Cell::Float64(value) if !value.is_finite() => put_non_finite(value, out),
        Cell::Int(value) if value.unsigned_abs() > MAX_EXACT => put_quoted(cell, out),
        Cell::UInt(value) if value > MAX_EXACT => put_quoted(cell, out),
        Cell::Bool(_) | Cell::Int(_) | Cell::UInt(_) | Cell::Float32(_) | Cell::Float64(_) => {
            text::put(cell, out);
        }
        _ => put_quoted(cell, out),
    }
}

/// A value whose text needs no escape.
fn put_quoted(cell: Cell<'_>, out: &mut Vec<u8>) {
    out.push(b'"');
    text::put(cell, out);
    out.push(b'"');
}

fn put_non_finite(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(if value.is_nan() {
        b"\"NaN\""
    } else if value > 0.0 {
        b"\"Infinity\""
    } else {
        b"\"-Infinity\""
    });
}

fn put_string(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                let [high, low] = [byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
