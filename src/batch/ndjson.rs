//! NDJSON: one JSON object per line, with the columns in order.

use super::cell::{Column, columns};
use super::sink::Sink;
use super::stream::{Encode, stream_compressed};
use super::{TextCompression, json};
use crate::{Proceed, Result};
use arrow::array::RecordBatch;

/// Writes a canonical record batch.
pub(super) fn write(
    batch: &RecordBatch,
    compression: TextCompression,
    sink: &mut Sink,
    proceed: Proceed<'_>,
) -> Result<()> {
    let columns = columns(batch)?;
    let encoder = Ndjson(columns.into_iter().map(Member::new).collect());
    stream_compressed(&encoder, batch.num_rows(), compression, sink, proceed)
}

struct Ndjson<'a>(Vec<Member<'a>>);

/// A column, and its name as written before each value: `"name":`.
struct Member<'a> {
    column: Column<'a>,
    label: Vec<u8>,
}

impl<'a> Member<'a> {
    fn new(column: Column<'a>) -> Self {
        let mut label = Vec::new();
        json::put_text(column.name, &mut label);
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
            json::put(member.column.cell(row), out);
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }

    fn end(&self, _out: &mut Vec<u8>) {}
}
