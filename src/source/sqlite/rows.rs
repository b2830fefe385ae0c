//! A read-only ConnectorX source over SQLite: values borrowed from the row, none converted.

use super::error::translated;
use crate::destination::{Carrier, UnitDestination};
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::{DataType, Schema};
use connectorx::data_order::DataOrder;
use connectorx::impl_transport;
use connectorx::sources::{PartitionParser, Source, SourcePartition};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Rows, Statement};
use self_cell::{MutBorrow, self_cell};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a session's connection waits while no unit is read.
pub(super) type Home = Arc<Mutex<Option<Connection>>>;

/// The rows of one query. The connection goes back home with the partition's end.
pub(super) struct SqliteSource {
    lent: Lent,
    query: String,
    names: Vec<String>,
    carriers: Vec<Carrier>,
}

/// A connection away from home. ConnectorX's traits take no borrowed one.
struct Lent {
    connection: Option<Connection>,
    home: Home,
}

impl Lent {
    fn connection(&self) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Bug, "a SQLite connection is used twice at once"))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.connection.take();
    }
}

impl SqliteSource {
    /// `schema` is the plan's: SQLite itself knows no type of an expression.
    pub fn new(home: &Home, schema: &Schema) -> Self {
        let connection = home.lock().unwrap_or_else(PoisonError::into_inner).take();
        Self {
            lent: Lent {
                connection,
                home: Arc::clone(home),
            },
            query: String::new(),
            names: Vec::new(),
            carriers: schema
                .fields()
                .iter()
                .map(|field| carrier(field.data_type()))
                .collect(),
        }
    }
}

/// How a value travels: as the storage class that its column's planned type asks for.
fn carrier(data_type: &DataType) -> Carrier {
    match data_type {
        DataType::Int64 => Carrier::Int64(true),
        DataType::Float64 => Carrier::Float64(true),
        DataType::Binary => Carrier::Bytes(true),
        _ => Carrier::Text(true),
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
        let connection = self.lent.connection()?;
        let statement = connection
            .prepare(&self.query)
            .map_err(|cause| translated(&cause))?;
        let columns = statement.columns();
        self.names = columns
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        Ok(())
    }

    fn result_rows(&mut self) -> Result<Option<usize>> {
        Ok(None)
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn schema(&self) -> Vec<Carrier> {
        self.carriers.clone()
    }

    fn partition(self) -> Result<Vec<SqlitePartition>> {
        Ok(vec![SqlitePartition {
            columns: self.carriers.len(),
            query: self.query,
            lent: self.lent,
        }])
    }
}

/// The one partition of a [`SqliteSource`].
pub(super) struct SqlitePartition {
    lent: Lent,
    query: String,
    columns: usize,
}

impl SourcePartition for SqlitePartition {
    type TypeSystem = Carrier;
    type Parser<'a> = SqliteParser<'a>;
    type Error = Error;

    fn result_rows(&mut self) -> Result<()> {
        Ok(())
    }

    fn parser(&mut self) -> Result<SqliteParser<'_>> {
        let statement = self
            .lent
            .connection()?
            .prepare(&self.query)
            .map_err(|cause| translated(&cause))?;
        let cursor = Cursor::try_new(MutBorrow::new(statement), |statement| {
            statement.borrow_mut().query([])
        });
        Ok(SqliteParser {
            cursor: cursor.map_err(|cause| translated(&cause))?,
            columns: self.columns,
            next: 0,
        })
    }

    fn nrows(&self) -> usize {
        0
    }

    fn ncols(&self) -> usize {
        self.columns
    }
}

self_cell!(
    /// Rows beside the statement that they borrow from.
    struct Cursor<'connection> {
        owner: MutBorrow<Statement<'connection>>,
        #[covariant]
        dependent: Rows,
    }
);

/// Steps through the rows of a query.
pub(super) struct SqliteParser<'a> {
    cursor: Cursor<'a>,
    columns: usize,
    next: usize,
}

// SAFETY: ConnectorX asks for `Send` since it may parse in any thread of a rayon pool. Parser and statement exist only
// inside `SqliteSession::read`, which runs in its worker's one-thread pool and borrows the session exclusively: no other
// thread can reach the connection meanwhile, and SQLite ties none of its objects to a thread.
#[expect(unsafe_code, reason = "ConnectorX's traits ask for Send")]
unsafe impl Send for SqliteParser<'_> {}

impl<'a> PartitionParser<'a> for SqliteParser<'a> {
    type TypeSystem = Carrier;
    type Error = Error;

    /// A row at a time: its values are valid until the next step.
    fn fetch_next(&mut self) -> Result<(usize, bool)> {
        let stepped = self.cursor.with_dependent_mut(|_, rows| rows.advance());
        stepped.map_err(|cause| translated(&cause))?;
        let more = self.cursor.borrow_dependent().get().is_some();
        Ok((usize::from(more), !more))
    }
}

impl SqliteParser<'_> {
    /// The next value of the row.
    pub(super) fn value(&mut self) -> Result<ValueRef<'_>> {
        let column = self.next;
        self.next = (self.next + 1) % self.columns;
        let row = self
            .cursor
            .borrow_dependent()
            .get()
            .ok_or_else(|| Error::new(ErrorKind::Bug, "a row was read after the last"))?;
        row.get_ref(column).map_err(|cause| translated(&cause))
    }
}

/// Hands values over as they are.
pub(super) struct SqliteTransport;

impl_transport!(
    name = SqliteTransport,
    error = Error,
    systems = Carrier => Carrier,
    route = SqliteSource => UnitDestination,
    mappings = {
        { Int64[i64]      => Int64[i64]      | conversion auto }
        { Float64[f64]    => Float64[f64]    | conversion auto }
        { Text[&'r str]   => Text[&'r str]   | conversion auto }
        { Bytes[&'r [u8]] => Bytes[&'r [u8]] | conversion auto }
    }
);
