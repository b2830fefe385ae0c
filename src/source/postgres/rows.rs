//! The rows of one query over firstseen's own connection. Only candidates are passed on.

use super::connection::Connection;
use super::copy::{Chunk, CopyOut};
use super::error::broken;
use super::types::fits;
use super::uuid::Uuids;
use crate::destination::{Gate, WrittenRows};
use crate::source::in_place::{InPlace, Selected};
use crate::source::lease::Lease;
use crate::source::wire::Stream;
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::SchemaRef;

/// Reads the rows of one query.
pub(super) struct Reader {
    connection: Lease<Connection<Stream>>,
    schema: SchemaRef,
    copy: Option<CopyOut>,
    /// Rows of the chunk that are passed on.
    candidates: Vec<usize>,
    uuids: Uuids,
}

impl Reader {
    pub fn new(connection: Lease<Connection<Stream>>, schema: SchemaRef) -> Self {
        Self {
            connection,
            schema,
            copy: None,
            candidates: Vec::new(),
            uuids: Uuids::default(),
        }
    }
}

/// A chunk, and the bytes in which it was indexed.
struct Rows<'a> {
    chunk: &'a Chunk,
    bytes: &'a [u8],
}

impl WrittenRows for Rows<'_> {
    fn rows(&self) -> usize {
        self.chunk.rows()
    }

    fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        self.chunk.cell(self.bytes, row, column)
    }
}

fn altered(column: &str) -> Error {
    Error::new(
        ErrorKind::Schema,
        "the database sends a different type than its catalog said",
    )
    .in_column(column)
    .advise("run the job again: the table may have been altered while the job was starting")
}

impl InPlace for Reader {
    /// A copy doesn't contain the types of its columns. They are queried first, so that a table that was altered after planning
    /// is not misread.
    fn begin(&mut self, query: &str) -> Result<Vec<String>> {
        let connection = self.connection.get_mut()?;
        let described = connection.describe(query).map_err(broken)?;
        let fields = self.schema.fields();
        if described.len() != fields.len() {
            let message = format!(
                "the query returns {} columns instead of {}",
                described.len(),
                fields.len()
            );
            return Err(Error::new(ErrorKind::Bug, message));
        }
        for (field, (_, oid)) in fields.iter().zip(&described) {
            if !fits(*oid, field.data_type()) {
                return Err(altered(field.name()));
            }
        }
        self.uuids = Uuids::among(described.iter().map(|(_, oid)| *oid));
        self.copy = Some(CopyOut::begin(connection, query, described.len()).map_err(broken)?);
        Ok(described.into_iter().map(|(name, _)| name).collect())
    }

    fn select(&mut self, gate: &mut Gate) -> Result<Selected> {
        let connection = self.connection.get_mut()?;
        let copy = self.copy.as_mut();
        let copy = copy
            .ok_or_else(|| Error::new(ErrorKind::Bug, "a row was read before its query started"))?;
        let more = copy.next_chunk(connection).map_err(broken)?;
        let rows = Rows {
            chunk: &copy.chunk,
            bytes: connection.input.bytes(),
        };
        self.candidates.clear();
        self.candidates.extend(gate.select(&rows)?);
        self.uuids.write(&rows, &self.candidates)?;
        Ok(Selected {
            candidates: self.candidates.len(),
            is_last: !more,
        })
    }

    fn cell(&self, candidate: usize, column: usize) -> Option<&[u8]> {
        let row = *self.candidates.get(candidate)?;
        let bytes = self.connection.get()?.input.bytes();
        let cell = self.copy.as_ref()?.chunk.cell(bytes, row, column)?;
        Some(self.uuids.text(candidate, column).unwrap_or(cell))
    }
}
