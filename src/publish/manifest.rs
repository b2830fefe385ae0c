//! The manifest: what a publication says of itself, for Makefiles, programs and `verify`.

use crate::batch::BatchFile;
use serde::{Deserialize, Serialize};

/// Version of the manifest's shape. It grows when a reader of an older one would misread it.
pub const SCHEMA_VERSION: u32 = 1;

/// What [`Manifest::snapshot`] says where none is proved.
pub const NO_SNAPSHOT: &str = "none";

/// `OUT.manifest.json`: the job, its plan, its counts and its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`] of the program that wrote it.
    pub schema_version: u32,
    /// Random identity of the run that published it, 32 hexadecimal digits.
    pub run_id: String,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// Versions of this program and of the libraries that shape its output.
    pub versions: Versions,
    /// The job, without secrets.
    pub job: ManifestJob,
    /// What proves that all tables were read as they were at one moment, or [`NO_SNAPSHOT`].
    pub snapshot: String,
    /// Columns of every batch file, in order.
    pub columns: Vec<ManifestColumn>,
    /// Tables, in the order of the result.
    pub tables: Vec<ManifestTable>,
    /// Sums over the tables and files.
    pub totals: Totals,
    /// Batch files, in the order of their rows.
    pub files: Vec<BatchFile>,
    /// Where the time went.
    pub timings: Timings,
    /// Largest resident memory of the process, bytes, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

/// Versions of this program and of the libraries that shape its output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// This program.
    pub firstseen: String,
    /// The database's own version, as it states it.
    pub database: String,
}

/// The job that a manifest belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestJob {
    /// The source without user, password and options: `mysql://host:3306/db`.
    pub source: String,
    /// Key columns.
    pub key: Vec<String>,
    /// Filter of all tables, as the user wrote it.
    pub r#where: Option<String>,
    /// Columns of `--order-by`; empty for `auto`.
    pub order_by: Vec<String>,
    /// Column whose ranges the tables were read in; `None`: each as a whole.
    #[serde(default)]
    pub partition_on: Option<String>,
    /// How many parts were asked for, `auto` or a number; `None` without `partition_on`.
    #[serde(default)]
    pub partitions: Option<String>,
    /// Rows of every batch file but the last.
    pub batch_rows: u64,
    /// Prefix of the file names.
    pub prefix: String,
    /// `parquet`, `arrow`, `csv`, `ndjson` or `pickle`.
    pub format: String,
    /// Compression as `--compression` names it, `zstd:3`.
    pub compression: String,
    /// `error`, `drop` or `keep`.
    pub null_keys: String,
    /// Whether the first-seen filter was off.
    pub exact: bool,
    /// Whether the database counted each unit's rows, too, and found as many as were read.
    #[serde(default)]
    pub check_counts: bool,
    /// Whether just those rows were read that PostgreSQL's policies let the user see.
    #[serde(default)]
    pub row_security: bool,
    /// Who read the rows: `wire` or `connectorx`.
    #[serde(default)]
    pub extractor: String,
    /// Connections that read at the same time.
    pub workers: usize,
}

/// A column of the batch files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestColumn {
    /// Its name.
    pub name: String,
    /// The type in the first table, as its database names it.
    pub sql_type: String,
    /// The Arrow type, as arrow-rs prints it.
    pub arrow_type: String,
    /// Whether it may hold nulls.
    pub nullable: bool,
    /// Values in the batch files that are null since they are dates that no calendar has; of lists their elements.
    #[serde(default)]
    pub nulled_dates: u64,
}

/// A table's part in the result. `rows_read = new + duplicates + null_drops`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestTable {
    /// Its name.
    pub table: String,
    /// The query of all its rows. Where it was read in parts, theirs are in `units`.
    pub sql: String,
    /// What its rows are ordered by.
    pub order: String,
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows of the result that come from it.
    pub new: u64,
    /// Rows whose key stands at an earlier place: `filter_drops + unique_drops`.
    pub duplicates: u64,
    /// Of these, dropped while reading.
    pub filter_drops: u64,
    /// Of these, dropped by `unique`.
    pub unique_drops: u64,
    /// Rows left out since their key is NULL.
    pub null_drops: u64,
    /// From each query to its last row, summed up.
    pub elapsed_secs: f64,
    /// What it was read in, in the order of the result: one or more, whose counts sum up to the table's.
    #[serde(default)]
    pub units: Vec<ManifestUnit>,
}

/// A unit's part in the result: a table's, or a part's of a table. `rows_read = new + duplicates + null_drops`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestUnit {
    /// The query that read it.
    pub sql: String,
    /// What its rows are ordered by: the table's order.
    pub order: String,
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows of the result that come from it.
    pub new: u64,
    /// Rows whose key stands at an earlier place: `filter_drops + unique_drops`.
    pub duplicates: u64,
    /// Of these, dropped while reading.
    pub filter_drops: u64,
    /// Of these, dropped by `unique`.
    pub unique_drops: u64,
    /// Rows left out since their key is NULL.
    pub null_drops: u64,
    /// From the query to its last row.
    pub elapsed_secs: f64,
}

/// Sums over the tables and files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows in the batch files.
    pub new: u64,
    /// Rows whose key stands at an earlier place.
    pub duplicates: u64,
    /// Rows left out since their key is NULL.
    pub null_drops: u64,
    /// Batch files.
    pub files: u64,
    /// Bytes of the batch files.
    pub bytes: u64,
}

/// Where the time went, seconds of wall time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Connecting, reading the catalogue, planning.
    pub plan_secs: f64,
    /// Reading all tables.
    pub read_secs: f64,
    /// Finding the first row of each key.
    pub distinct_secs: f64,
    /// Gathering, encoding and writing the batch files.
    pub write_secs: f64,
    /// The whole run, up to the manifest.
    pub total_secs: f64,
}
