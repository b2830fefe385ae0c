//! CSV according to RFC 4180, except that lines end with `\n`. There is a header; null is an empty field, and an empty string
//! is `""`.
//!
//! A list is JSON, as in ndjson. A null in the only column of a file is an empty line, which many readers skip.

use super::cell::{CellValue, Column, columns};
use super::sink::Sink;
use super::stream::{Encode, stream_compressed};
use super::{TextCompression, json, text};
use crate::{Proceed, Result};
use arrow::array::RecordBatch;

/// Writes a canonical record batch.
pub(super) fn write(
    batch: &RecordBatch,
    compression: TextCompression,
    sink: &mut Sink,
    proceed: Proceed<'_>,
) -> Result<()> {
    let encoder = Csv(columns(batch)?);
    stream_compressed(&encoder, batch.num_rows(), compression, sink, proceed)
}

struct Csv<'a>(Vec<Column<'a>>);

impl Encode for Csv<'_> {
    fn begin(&self, out: &mut Vec<u8>) {
        put_line(
            self.0.iter().map(|column| CellValue::Text(column.name)),
            out,
        );
    }

    fn row(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        put_line(self.0.iter().map(|column| column.cell(row)), out);
        Ok(())
    }

    fn end(&self, _out: &mut Vec<u8>) {}
}

fn put_line<'a>(cells: impl Iterator<Item = CellValue<'a>>, out: &mut Vec<u8>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match cell {
            CellValue::Text("") | CellValue::Bytes([]) => out.extend_from_slice(b"\"\""),
            CellValue::Text(text) => put_text(text.as_bytes(), out),
            CellValue::List(_) => {
                let mut list = Vec::new();
                json::put(cell, &mut list);
                put_text(&list, out);
            }
            cell => text::put(cell, out),
        }
    }
    out.push(b'\n');
}

/// Appends a text that is not empty, quoted if necessary.
fn put_text(text: &[u8], out: &mut Vec<u8>) {
    let is_special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.iter().any(is_special) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for byte in text {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}
