//! The rows of a query, read in place from the connection.

use super::super::in_place::{InPlace, Selected};
use super::super::lease::Lease;
use super::chunk::{Chunk, End};
use super::connection::{Connection, malformed, refusal};
use super::{error, sent};
use crate::Result;
use crate::destination::{Gate, WrittenRows};
use arrow::datatypes::SchemaRef;

/// Reads the rows of one query. The connection is returned when this is dropped.
pub(super) struct WireRows {
    connection: Lease<Connection>,
    schema: SchemaRef,
    chunk: Chunk,
    /// Rows of the chunk that are passed on.
    candidates: Vec<usize>,
}

impl WireRows {
    /// `schema` is the plan's, which the server's answer is compared with.
    pub fn new(connection: Lease<Connection>, schema: SchemaRef) -> Self {
        Self {
            connection,
            chunk: Chunk::new(schema.fields().len()),
            schema,
            candidates: Vec::new(),
        }
    }
}

impl InPlace for WireRows {
    fn begin(&mut self, query: &str) -> Result<Vec<String>> {
        let columns = self.connection.get_mut()?.query(query)?;
        sent::check(columns.as_deref().unwrap_or_default(), &self.schema)?;
        let names = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().clone());
        Ok(names.collect())
    }

    fn select(&mut self, gate: &mut Gate) -> Result<Selected> {
        let Self {
            connection,
            chunk,
            candidates,
            ..
        } = self;
        let packets = &mut connection.get_mut()?.packets;
        packets.input.consume(chunk.taken);
        loop {
            chunk
                .fill(packets.input.bytes_mut(), &mut packets.sequence)
                .map_err(|cause| error::lost(&cause))?;
            if chunk.rows() > 0 || chunk.end.is_some() {
                break;
            }
            let read = packets.input.read_gathered(&mut packets.stream);
            read.map_err(|cause| error::lost(&cause))?;
        }
        let buffer = packets.input.bytes();
        if let Some(End::Error(payload)) = &chunk.end {
            let payload = buffer.get(payload.clone());
            return Err(payload.map_or_else(
                || error::lost(&malformed("an error can't be read")),
                refusal,
            ));
        }
        let rows = gate.select(&ChunkRows { chunk, buffer })?;
        candidates.clear();
        candidates.extend_from_slice(rows);
        Ok(Selected {
            candidates: candidates.len(),
            is_last: chunk.end.is_some(),
        })
    }

    fn cell(&self, candidate: usize, column: usize) -> Option<&[u8]> {
        let buffer = self.connection.get()?.packets.input.bytes();
        let row = *self.candidates.get(candidate)?;
        self.chunk.cell(buffer, row, column)
    }
}

impl Drop for WireRows {
    fn drop(&mut self) {
        if let Ok(connection) = self.connection.get_mut() {
            connection.packets.input.consume(self.chunk.taken);
        }
    }
}

/// The current rows, and the buffer that they are in.
struct ChunkRows<'a> {
    chunk: &'a Chunk,
    buffer: &'a [u8],
}

impl WrittenRows for ChunkRows<'_> {
    fn rows(&self) -> usize {
        self.chunk.rows()
    }

    #[inline]
    fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        self.chunk.cell(self.buffer, row, column)
    }
}
