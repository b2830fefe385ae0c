//! A read-only ConnectorX source over SQLite: values as they are stored, none converted.

use super::super::lent::Lent;
use super::chunk::Chunk;
use super::cursor::Cursor;
use super::storage::Storage;
use crate::destination::{Carrier, Form, Gate, SentRow, UnitDestination, WrittenRows};
use crate::{Error, ErrorKind, Result};
use connectorx::data_order::DataOrder;
use connectorx::impl_transport;
use connectorx::sources::{PartitionParser, Source, SourcePartition};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;
use rusqlite::Connection;
use std::sync::Arc;

/// The rows of one query. The connection goes back home with the partition's end.
pub(super) struct SqliteSource {
    lent: Lent<Connection>,
    query: String,
    columns: Arc<[ReadColumn]>,
    /// Whether the query's last column is the row's id.
    has_row_id: bool,
    gate: Gate,
}

/// A column of the plan.
struct ReadColumn {
    name: String,
    storage: Storage,
}

impl ReadColumn {
    /// How its values travel.
    fn carrier(&self) -> Carrier {
        match self.storage {
            Storage::Integer => Carrier::Int64(true),
            Storage::Real => Carrier::Float64(true),
            Storage::Text | Storage::Blob | Storage::Date => Carrier::Cell(true),
        }
    }
}

impl SqliteSource {
    /// The types are the plan's: SQLite itself knows no type of an expression.
    pub fn new(
        lent: Lent<Connection>,
        has_row_id: bool,
        destination: &mut UnitDestination,
    ) -> Self {
        let fields = destination.planned_schema().fields().iter();
        let columns = fields.map(|field| ReadColumn {
            name: field.name().clone(),
            storage: Storage::of(field.data_type()),
        });
        Self {
            lent,
            query: String::new(),
            columns: columns.collect(),
            has_row_id,
            gate: destination.gate(Form::Spelled),
        }
    }
}

impl Source for SqliteSource {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = Carrier;
    type Partition = SqlitePartition;
    type Error = Error;

    fn set_data_order(&mut self, _order: DataOrder) -> Result<()> {
        Ok(())
    }

    fn set_queries<Q: ToString>(&mut self, queries: &[CXQuery<Q>]) {
        self.query = queries
            .first()
            .map(|query| query.map(Q::to_string).as_str().to_owned())
            .unwrap_or_default();
    }

    fn set_origin_query(&mut self, _query: Option<String>) {}

    fn fetch_metadata(&mut self) -> Result<()> {
        let columns = Cursor::new(self.lent.get_mut()?, &self.query)?.columns();
        let planned = self.columns.len() + usize::from(self.has_row_id);
        if columns == planned {
            return Ok(());
        }
        let message = format!("the query gives {columns} columns instead of {planned}");
        Err(Error::new(ErrorKind::Bug, message))
    }

    fn result_rows(&mut self) -> Result<Option<usize>> {
        Ok(None)
    }

    fn names(&self) -> Vec<String> {
        let names = self.columns.iter().map(|column| column.name.clone());
        names.collect()
    }

    fn schema(&self) -> Vec<Carrier> {
        self.columns.iter().map(ReadColumn::carrier).collect()
    }

    fn partition(self) -> Result<Vec<SqlitePartition>> {
        Ok(vec![SqlitePartition {
            lent: self.lent,
            query: self.query,
            columns: self.columns,
            has_row_id: self.has_row_id,
            gate: Some(self.gate),
        }])
    }
}

/// The one partition of a [`SqliteSource`].
pub(super) struct SqlitePartition {
    lent: Lent<Connection>,
    query: String,
    columns: Arc<[ReadColumn]>,
    has_row_id: bool,
    gate: Option<Gate>,
}

impl SourcePartition for SqlitePartition {
    type TypeSystem = Carrier;
    type Parser<'a> = SqliteParser<'a>;
    type Error = Error;

    fn result_rows(&mut self) -> Result<()> {
        Ok(())
    }

    fn parser(&mut self) -> Result<SqliteParser<'_>> {
        let cursor = Cursor::new(self.lent.get_mut()?, &self.query)?;
        let gate = self.gate.take();
        Ok(SqliteParser {
            cursor,
            chunk: Chunk::new(self.columns.len()),
            columns: Arc::clone(&self.columns),
            has_row_id: self.has_row_id,
            gate: gate.ok_or_else(|| Error::new(ErrorKind::Bug, "a unit is read twice"))?,
            rows_before: 0,
            candidates: Vec::new(),
            next: (0, 0),
        })
    }

    fn nrows(&self) -> usize {
        0
    }

    fn ncols(&self) -> usize {
        self.columns.len()
    }
}

/// Steps through the rows of a query, and hands the candidates on.
pub(super) struct SqliteParser<'a> {
    cursor: Cursor<'a>,
    columns: Arc<[ReadColumn]>,
    has_row_id: bool,
    gate: Gate,
    chunk: Chunk,
    /// Rows before the chunk.
    rows_before: u64,
    /// Rows of the chunk that are handed on.
    candidates: Vec<usize>,
    /// The candidate and the column of the next cell.
    next: (usize, usize),
}

// SAFETY: ConnectorX asks for `Send` since it may parse in any thread of a rayon pool. Parser and statement exist only
// inside `SqliteSession::read`, which runs in its worker's one-thread pool and borrows the session exclusively: no other
// thread can reach the connection meanwhile, and SQLite ties none of its objects to a thread.
#[expect(unsafe_code, reason = "ConnectorX's traits ask for Send")]
unsafe impl Send for SqliteParser<'_> {}

impl<'a> PartitionParser<'a> for SqliteParser<'a> {
    type TypeSystem = Carrier;
    type Error = Error;

    /// The candidates of a chunk of rows.
    fn fetch_next(&mut self) -> Result<(usize, bool)> {
        self.rows_before += self.chunk.rows() as u64;
        self.chunk.clear();
        let is_last = self.fill_chunk()?;
        self.candidates.clear();
        self.candidates.extend(self.gate.select(&self.chunk)?);
        self.next = (0, 0);
        Ok((self.candidates.len(), is_last))
    }
}

impl SqliteParser<'_> {
    /// Copies rows until the chunk is full. Whether these were the last.
    fn fill_chunk(&mut self) -> Result<bool> {
        let Self {
            cursor,
            columns,
            chunk,
            has_row_id,
            rows_before,
            ..
        } = self;
        while !chunk.is_full() {
            if !cursor.step()? {
                return Ok(true);
            }
            let row_id = has_row_id.then(|| cursor.integer(columns.len()));
            let sent = SentRow {
                number: *rows_before + chunk.rows() as u64 + 1,
                id: row_id.transpose()?,
            };
            copy_row(cursor, columns, chunk, |column| sent.place(column))?;
            chunk.end_row(sent.id);
        }
        Ok(false)
    }

    /// The next cell of the candidates.
    pub(super) fn cell(&mut self) -> Result<Option<&[u8]>> {
        let (candidate, column) = self.next;
        self.next = if column + 1 == self.columns.len() {
            (candidate + 1, 0)
        } else {
            (candidate, column + 1)
        };
        let row = self.candidates.get(candidate);
        let row = row.ok_or_else(|| Error::new(ErrorKind::Bug, "a row was read after the last"))?;
        Ok(self.chunk.cell(*row, column))
    }
}

/// Copies a row's cells; the error is the first of another storage class than its column's.
fn copy_row(
    cursor: &Cursor<'_>,
    columns: &[ReadColumn],
    chunk: &mut Chunk,
    place: impl Fn(&str) -> String,
) -> Result<()> {
    for (index, column) in columns.iter().enumerate() {
        if column.storage.holds_text()
            && let Some(text) = cursor.text(index)?
        {
            chunk.push_bytes(text);
            continue;
        }
        let value = cursor.value(index)?;
        chunk
            .push(column.storage, value)
            .map_err(|other| other.refused(&place(&column.name), &column.name, column.storage))?;
    }
    Ok(())
}

/// Hands values over as they are.
pub(super) struct SqliteTransport;

impl_transport!(
    name = SqliteTransport,
    error = Error,
    systems = Carrier => Carrier,
    route = SqliteSource => UnitDestination,
    mappings = {
        { Int64[i64]           => Int64[i64]           | conversion auto }
        { Float64[f64]         => Float64[f64]         | conversion auto }
        { Cell[&'r [u8]] => Cell[&'r [u8]] | conversion auto }
    }
);
