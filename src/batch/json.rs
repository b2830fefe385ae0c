//! Values as JSON.
//!
//! Values that a JSON reader's double would round or can't represent are strings: decimals, integers beyond 2⁵³, NaN and
//! infinities.

use super::cell::{CellValue, Elements};
use super::text;

/// A double can represent every integer up to this one.
const MAX_EXACT: u64 = 1 << 53;

/// Appends the cell's value.
pub(super) fn put(cell: CellValue<'_>, out: &mut Vec<u8>) {
    match cell {
        CellValue::Null => out.extend_from_slice(b"null"),
        CellValue::Text(text) => put_text(text, out),
        CellValue::Float32(value) if !value.is_finite() => put_non_finite(value.into(), out),
        CellValue::Float64(value) if !value.is_finite() => put_non_finite(value, out),
        CellValue::Int(value) if value.unsigned_abs() > MAX_EXACT => put_quoted(cell, out),
        CellValue::UInt(value) if value > MAX_EXACT => put_quoted(cell, out),
        CellValue::List(elements) => put_list(elements, out),
        CellValue::Bool(_)
        | CellValue::Int(_)
        | CellValue::UInt(_)
        | CellValue::Float32(_)
        | CellValue::Float64(_) => {
            text::put(cell, out);
        }
        _ => put_quoted(cell, out),
    }
}

fn put_list(elements: Elements<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, element) in elements.cells().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put(element, out);
    }
    out.push(b']');
}

/// Appends a value whose text needs no escapes.
fn put_quoted(cell: CellValue<'_>, out: &mut Vec<u8>) {
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

/// Appends a string.
pub(super) fn put_text(text: &str, out: &mut Vec<u8>) {
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
