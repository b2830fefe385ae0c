//! Sources: what firstseen knows of each database, and nothing of what is done with its rows.
//!
//! A [`Dialect`] writes SQL without a connection. A [`Catalog`] tells of tables and reads no rows. A [`Session`] is one connection of a
//! worker: it feeds one unit's rows to the unit's destination through ConnectorX. A [`QueryCanceller`] ends what a session waits for.

mod catalog;
mod dialect;
mod farewell;
mod in_place;
mod indexed;
mod lease;
pub(crate) mod mysql;
mod one_query;
mod parse;
mod pooled;
pub(crate) mod postgres;
mod relation;
mod shared;
mod sqlite;
mod text;
mod wire;

use crate::destination::{Intake, UnitDestination};
use crate::job::{ExtractorChoice, Reading, SourceUrl, Waits};
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::DataType;
use std::sync::Arc;

pub(crate) use catalog::{Catalog, CatalogSession, SessionFacts};
pub(crate) use dialect::Dialect;
pub(crate) use farewell::farewell;
pub(crate) use indexed::{Bound, Draw, Index};
pub(crate) use relation::{Named, Relation, compare};
pub(crate) use shared::{Begin, CommitLock, Sharing, Transaction};

/// A database that can be connected to, any number of times.
pub(crate) trait Database: Send + Sync {
    /// How it writes SQL.
    fn dialect(&self) -> &'static Dialect;

    /// Connects to read the catalogue. With `pins` nobody alters a table that it has described before it is dropped.
    fn catalog(&self, pins: bool) -> Result<(Box<dyn Catalog>, SessionFacts)>;

    /// Connects to read rows, by the extractor for which the plan's queries were made.
    fn session(&self, extractor: Extractor) -> Result<Box<dyn Session>>;

    /// Keeps everybody else from committing for a moment; waits for it no longer than for any lock.
    /// Only a database whose [`Sharing`] isn't `Exported` is asked for it.
    fn commit_lock(&self) -> Result<CommitLock> {
        let message =
            "--snapshot require: the database has no lock that keeps others from committing";
        Err(Error::new(ErrorKind::Refused, message)
            .advise("--snapshot auto reads without one, and says so in the manifest"))
    }

    /// What no text of a client library's or a server's may show.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// The database of a URL. Nothing is connected yet.
pub(crate) fn database(
    source: &SourceUrl,
    reading: &Reading,
    waits: &Waits,
) -> Result<Arc<dyn Database>> {
    Ok(match source {
        SourceUrl::MySql(url) => Arc::new(mysql::MySql::new(url, reading.extractor, waits)?),
        SourceUrl::Postgres(url) => Arc::new(postgres::Postgres::new(url, reading, waits)?),
        SourceUrl::Sqlite(path) => Arc::new(sqlite::Sqlite::new(path, reading, waits)),
    })
}

/// A row of a small result: each cell as text, `None` for NULL.
pub(crate) type TextRow = Vec<Option<String>>;

/// Who reads rows: both give the same values, but some of them by other expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extractor {
    /// A source of our own, which reads rows in place.
    Wire,
    /// ConnectorX's stock source.
    ConnectorX,
}

impl Extractor {
    /// The value of `--extractor`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::ConnectorX => "connectorx",
        }
    }

    /// The choice of this one and no other.
    fn choice(self) -> ExtractorChoice {
        match self {
            Self::Wire => ExtractorChoice::Wire,
            Self::ConnectorX => ExtractorChoice::ConnectorX,
        }
    }
}

#[cfg(test)]
impl Dialect {
    /// Those of MySQL, PostgreSQL and SQLite.
    pub const ALL: [&'static Self; 3] = [&mysql::DIALECT, &postgres::DIALECT, &sqlite::DIALECT];
}

/// A connection of one worker.
pub(crate) trait Session: Transaction + Send {
    /// Who selects among the rows that it reads, and how it writes their values.
    fn intake(&self) -> Intake;

    /// Sends the query, and its rows to the destination, by one ConnectorX dispatcher. To be called in the worker's own
    /// one-thread pool.
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()>;

    /// What ends this session's query from another thread.
    fn canceller(&self) -> Arc<dyn QueryCanceller>;
}

/// The query of a unit.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Its SQL.
    pub sql: String,
    /// The SQL that counts its rows.
    pub count_sql: String,
    /// Whether the rows are wanted in the order in which the server stores them.
    pub stored_order: bool,
    /// Whether the last column is the row's id, which is no column of the plan.
    pub row_id: bool,
}

/// Ends the query of one session from outside, so that its worker wakes from a read.
pub(crate) trait QueryCanceller: Send + Sync {
    /// Asks the database to end the query. Best effort: it may block for the connect timeout.
    fn cancel_query(&self);
}

/// What a catalogue says of a table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Columns, in the table's order.
    pub columns: Vec<Column>,
    /// Columns of the primary key; empty if there is none.
    pub primary_key: Vec<String>,
    /// Name of the row's id, by which errors name a row.
    pub row_id: Option<&'static str>,
    /// What `--order-by auto` means for it.
    pub natural_order: NaturalOrder,
    /// The catalogue's estimate of its rows.
    pub estimated_rows: Option<u64>,
    /// Its indexes, as far as they serve a range and its order.
    pub indexes: Vec<Index>,
    /// How a few of its rows are drawn.
    pub draw: Draw,
    /// Why a transaction doesn't see its rows as they were at the transaction's begin, if it doesn't.
    pub unversioned: Option<String>,
}

/// What `--order-by auto` means for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NaturalOrder {
    /// ORDER BY these columns.
    By(Vec<String>),
    /// As the server stores the rows.
    Stored,
    /// As the server stores the rows, in these words, where its plan of the query shows that it gives them so.
    StoredIfProved(&'static str),
    /// A view's: whatever its query gives.
    Undefined,
}

/// What a query that says no order makes of the order in which the rows are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredOrder {
    /// It keeps it.
    Kept,
    /// It may not; a sort by these expressions makes it.
    By(Vec<String>),
    /// It may not; why there is no order.
    Undefined(&'static str),
}

/// What a catalogue says of a column, and how its values become Arrow.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// The database's own name of its type.
    pub sql_type: String,
    /// Whether it may hold NULL.
    pub nullable: bool,
    /// Its exact image, or why there is none.
    pub mapping: Result<TypeMapping, Unmappable>,
    /// Length to which the database pads its values with blanks, if it sends them padded.
    pub padded_to: Option<u32>,
    /// How many bytes of its values a sort compares, if not all.
    pub sorted_bytes: Option<u32>,
    /// How a bound of its values is written; `None` for a type that has no ranges.
    pub bound: Option<Bound>,
}

/// The exact image of a column.
#[derive(Debug, Clone)]
pub(crate) struct TypeMapping {
    /// The Arrow type.
    pub data_type: DataType,
    /// The expression that carries the value without loss by the stock source; `{}` stands for the quoted column.
    pub stock_select: &'static str,
    /// As `stock_select`, by the source of our own.
    pub wire_select: &'static str,
}

/// Why a column has no exact image.
#[derive(Debug, Clone)]
pub(crate) struct Unmappable {
    /// What is wrong with the type.
    pub reason: String,
    /// An expression that a view could offer instead; `{}` stands for the quoted column.
    pub cast: String,
}

impl TypeMapping {
    fn plain(data_type: DataType) -> Self {
        Self {
            data_type,
            stock_select: "{}",
            wire_select: "{}",
        }
    }

    /// The same expression for both extractors.
    fn cast(data_type: DataType, select: &'static str) -> Self {
        Self {
            data_type,
            stock_select: select,
            wire_select: select,
        }
    }

    /// An expression for each extractor.
    fn by(data_type: DataType, stock_select: &'static str, wire_select: &'static str) -> Self {
        Self {
            data_type,
            stock_select,
            wire_select,
        }
    }

    /// The expression for a quoted column.
    pub fn expression(&self, quoted: &str, extractor: Extractor) -> String {
        let select = match extractor {
            Extractor::Wire => self.wire_select,
            Extractor::ConnectorX => self.stock_select,
        };
        select.replace("{}", quoted)
    }
}

/// Microseconds since 1970 without a zone.
fn timestamp() -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None)
}

/// Microseconds since 1970 in UTC.
fn timestamp_utc() -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()))
}

/// The narrowest decimal type; `None` beyond 76 digits.
fn decimal(precision: u8, scale: i8) -> Option<DataType> {
    match precision {
        1..=38 => Some(DataType::Decimal128(precision, scale)),
        39..=76 => Some(DataType::Decimal256(precision, scale)),
        _ => None,
    }
}
