//! Sources: what firstseen knows about each database, and nothing about what happens to its rows.
//!
//! A [`Dialect`] writes SQL without a connection. A [`Catalog`] describes tables and reads no rows. A [`Session`] is one
//! worker's connection: it feeds one unit's rows to the unit's destination through ConnectorX. A [`QueryCanceller`] ends the
//! query that a session is waiting for.

mod catalog;
mod dialect;
mod farewell;
mod in_place;
mod indexed;
mod lease;
mod locator;
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
pub(crate) use locator::{Located, Locator, Spelling};
pub(crate) use relation::{Named, Relation, compare};
pub(crate) use shared::{Begin, CommitLock, Sharing, Transaction};

/// A database that any number of connections can be made to.
pub(crate) trait Database: Send + Sync {
    /// Returns how it writes SQL.
    fn dialect(&self) -> &'static Dialect;

    /// Connects to read the catalog. With `pins`, nobody can alter a table that it has described until it is dropped.
    fn catalog(&self, pins: bool) -> Result<(Box<dyn Catalog>, SessionFacts)>;

    /// Connects to read rows with the extractor that the plan's queries were made for.
    fn session(&self, extractor: Extractor) -> Result<Box<dyn Session>>;

    /// Keeps all other sessions from committing for a moment. Waits for the lock no longer than for any other.
    /// Called only if the database's [`Sharing`] isn't `Exported`.
    fn commit_lock(&self) -> Result<CommitLock> {
        let message = "the database has no lock that keeps other sessions from committing, which --snapshot require needs";
        Err(Error::new(ErrorKind::Refused, message)
            .advise("use --snapshot auto to read without one; the manifest says so"))
    }

    /// Returns the secrets to remove from the texts of client libraries and servers.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// Returns the database of a URL. Connects to nothing yet.
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

/// A row of a small result: each cell as text, or `None` for NULL.
pub(crate) type TextRow = Vec<Option<String>>;

/// What reads rows. Both return the same values, some of them through different expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extractor {
    /// firstseen's native source, which reads rows in place.
    Wire,
    /// ConnectorX's own source.
    ConnectorX,
}

impl Extractor {
    /// Its name as a value of `--extractor`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::ConnectorX => "connectorx",
        }
    }

    /// The choice of this extractor and no other.
    fn choice(self) -> ExtractorChoice {
        match self {
            Self::Wire => ExtractorChoice::Wire,
            Self::ConnectorX => ExtractorChoice::ConnectorX,
        }
    }
}

#[cfg(test)]
impl Dialect {
    /// The dialects of MySQL, PostgreSQL and SQLite.
    pub const ALL: [&'static Self; 3] = [&mysql::DIALECT, &postgres::DIALECT, &sqlite::DIALECT];
}

/// One worker's connection.
pub(crate) trait Session: Transaction + Send {
    /// Returns what selects among the rows that it reads, and how their values are encoded.
    fn intake(&self) -> Intake;

    /// Sends the query, and passes its rows to the destination with one ConnectorX dispatcher. Must be called in the
    /// worker's own one-thread pool.
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()>;

    /// Returns a handle that ends this session's query from another thread.
    fn canceller(&self) -> Arc<dyn QueryCanceller>;
}

/// The query of a unit.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Its SQL.
    pub sql: String,
    /// The SQL that counts its rows.
    pub count_sql: String,
    /// Whether the rows must come in the order in which the server stores them.
    pub stored_order: bool,
    /// Whether the last column is the row's id. It is not a column of the plan, but can be a locator.
    pub row_id: bool,
}

/// Ends one session's query from outside, so that its worker wakes from a read.
pub(crate) trait QueryCanceller: Send + Sync {
    /// Asks the database to end the query. Best effort: it can block for the connect timeout.
    fn cancel_query(&self);
}

/// What a catalog says about a table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Columns, in the table's order.
    pub columns: Vec<Column>,
    /// Columns of the primary key. Empty if there is none.
    pub primary_key: Vec<String>,
    /// Name of the row id, which errors identify a row by.
    pub row_id: Option<&'static str>,
    /// What `--order-by auto` means for it.
    pub natural_order: NaturalOrder,
    /// What identifies its rows, so that they can be fetched again, or why nothing does.
    pub locator: Result<Locator, &'static str>,
    /// The catalog's estimate of its row count.
    pub estimated_rows: Option<u64>,
    /// The catalog's estimate of the bytes that a row takes.
    pub row_bytes: Option<u64>,
    /// Its indexes that can be used for a range and its order.
    pub indexes: Vec<Index>,
    /// How a few of its rows are sampled.
    pub draw: Draw,
    /// Why a transaction doesn't see its rows as they were when the transaction began, if it doesn't.
    pub unversioned: Option<String>,
}

/// What `--order-by auto` means for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NaturalOrder {
    /// `ORDER BY` these columns.
    By(Vec<String>),
    /// The order in which the server stores the rows.
    Stored,
    /// The order in which the server stores the rows, described by these words, if the query's plan shows that it keeps it.
    StoredIfProved(&'static str),
    /// No order: a view's rows come as its query returns them.
    Undefined,
}

/// How a query without `ORDER BY` affects the order in which the rows are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredOrder {
    /// It keeps the order.
    Kept,
    /// It might not keep it. Sorting by these expressions restores it.
    By(Vec<String>),
    /// It might not keep it. The reason why there is no order.
    Undefined(&'static str),
}

/// What a catalog says about a column, and how its values become Arrow.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// The database's own name for its type.
    pub sql_type: String,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// Its exact type mapping, or why there is none.
    pub mapping: Result<TypeMapping, Unmappable>,
    /// The length to which the database pads its values with spaces, if it sends them padded.
    pub padded_to: Option<u32>,
    /// How many bytes of a value a sort compares, if not all.
    pub sorted_bytes: Option<u32>,
    /// How a bound of its values is written, or `None` for a type that has no ranges.
    pub bound: Option<Bound>,
}

/// A column's Arrow type, and the SQL expression that reads its values exactly.
#[derive(Debug, Clone)]
pub(crate) struct TypeMapping {
    /// The Arrow type.
    pub data_type: DataType,
    /// The expression that reads the value without loss through ConnectorX's own source. `{}` stands for the quoted column.
    pub stock_select: &'static str,
    /// Like `stock_select`, through the native source.
    pub wire_select: &'static str,
}

/// Why a column's values can't be represented exactly.
#[derive(Debug, Clone)]
pub(crate) struct Unmappable {
    /// What is wrong with the type.
    pub reason: String,
    /// An expression that a view could have instead. `{}` stands for the quoted column.
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

    /// Uses the same expression for both extractors.
    fn cast(data_type: DataType, select: &'static str) -> Self {
        Self {
            data_type,
            stock_select: select,
            wire_select: select,
        }
    }

    /// Uses a separate expression for each extractor.
    fn by(data_type: DataType, stock_select: &'static str, wire_select: &'static str) -> Self {
        Self {
            data_type,
            stock_select,
            wire_select,
        }
    }

    /// Returns the expression for a quoted column.
    pub fn expression(&self, quoted: &str, extractor: Extractor) -> String {
        let select = match extractor {
            Extractor::Wire => self.wire_select,
            Extractor::ConnectorX => self.stock_select,
        };
        select.replace("{}", quoted)
    }
}

/// Microseconds since 1970 without a time zone.
fn timestamp() -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None)
}

/// Microseconds since 1970 in UTC.
fn timestamp_utc() -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()))
}

/// Returns the narrowest decimal type, or `None` beyond 76 digits.
fn decimal(precision: u8, scale: i8) -> Option<DataType> {
    match precision {
        1..=38 => Some(DataType::Decimal128(precision, scale)),
        39..=76 => Some(DataType::Decimal256(precision, scale)),
        _ => None,
    }
}
