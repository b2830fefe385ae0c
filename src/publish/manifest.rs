//! The manifest: the description of a result, for Makefiles, programs and `verify`.

use crate::arrow_type;
use crate::batch::BatchFile;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Version of the manifest's format. It is raised when a reader of an older version would misread it.
pub const SCHEMA_VERSION: u32 = 1;

/// [`Manifest::snapshot`] if no snapshot was verified.
pub const NO_SNAPSHOT: &str = "none";

/// `OUT.manifest.json`: the job, its plan, its counts and its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Version of the format, [`SCHEMA_VERSION`] of the program that wrote it.
    #[schemars(description = "Version of the format", range(min = 1, max = 1))]
    pub schema_version: u32,
    /// Random ID of the run that published it, 32 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub run_id: String,
    /// Start of the run, RFC 3339 in UTC.
    pub started: String,
    /// Hash of the frozen plan that several processes carried out; null if one process ran the job.
    #[serde(default)]
    pub plan_hash: Option<String>,
    /// Versions of this program and of the database.
    pub versions: Versions,
    /// The job, without secrets.
    pub job: ManifestJob,
    /// How it was verified that all tables were read from one consistent snapshot, or `none`.
    pub snapshot: String,
    /// Columns of every batch file, in order.
    pub columns: Vec<ManifestColumn>,
    /// Tables, in the order of the result.
    pub tables: Vec<ManifestTable>,
    /// Totals over the tables and files.
    pub totals: Totals,
    /// Batch files, in the order of their rows.
    pub files: Vec<BatchFile>,
    /// Where the time went.
    pub timings: Timings,
    /// Peak resident memory of the process in bytes, if the system reports it.
    pub peak_memory_bytes: Option<u64>,
}

/// Versions of this program and of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Versions {
    /// This program.
    pub firstseen: String,
    /// The database's version, as it reports it.
    pub database: String,
}

/// The job that a manifest belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestJob {
    /// The source without user, password and options: `mysql://host:3306/db`.
    pub source: String,
    /// Key columns.
    pub key: Vec<String>,
    /// Filter on all tables, as the user wrote it.
    pub r#where: Option<String>,
    /// Columns of `--order-by`; empty for `auto`.
    pub order_by: Vec<String>,
    /// Column by whose ranges the tables were read in parts; `None` if each was read as a whole.
    #[serde(default)]
    pub partition_on: Option<String>,
    /// Requested number of parts, `auto` or a number; `None` without `partition_on`.
    #[serde(default)]
    pub partitions: Option<String>,
    /// Rows of every batch file except the last.
    pub batch_rows: u64,
    /// Prefix of the file names.
    pub prefix: String,
    /// `parquet`, `arrow`, `csv`, `ndjson` or `pickle`.
    pub format: String,
    /// Compression as `--compression` takes it: `zstd:3`.
    pub compression: String,
    /// `error`, `drop` or `keep`.
    pub null_keys: String,
    /// Whether the first-seen filter was off.
    pub exact: bool,
    /// Whether the database also counted each unit's rows, and found as many as were read.
    #[serde(default)]
    pub check_counts: bool,
    /// Whether only the rows were read that PostgreSQL's policies let the user see.
    #[serde(default)]
    pub row_security: bool,
    /// What read the rows: `wire` or `connectorx`.
    #[serde(default)]
    pub extractor: String,
    /// `auto`, `whole` or `keys-first`.
    #[serde(default)]
    pub read: String,
    /// Number of connections that read at the same time.
    pub workers: usize,
}

/// A column of the batch files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestColumn {
    /// Its name.
    pub name: String,
    /// Its type in the first table, as the database names it.
    pub sql_type: String,
    /// Its Arrow type, as arrow-rs prints it.
    #[serde(deserialize_with = "current_arrow_type")]
    pub arrow_type: String,
    /// Whether it can contain nulls.
    pub nullable: bool,
    /// Invalid dates that are null in the batch files; in lists, elements.
    #[serde(default)]
    pub nulled_dates: u64,
}

/// A table's share of the result. `rows_read = new + duplicates + null_drops`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestTable {
    /// Its name.
    pub table: String,
    /// The query for all its rows. If it was read in parts, `units` has their queries.
    pub sql: String,
    /// The order of its rows.
    pub order: String,
    /// `whole`, or `keys-first` if its keys were read first: then the units' queries are those of its keys.
    #[serde(default)]
    pub read: String,
    /// Why it was read so.
    #[serde(default)]
    pub read_why: String,
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows of the result that come from it.
    pub new: u64,
    /// How many of these were fetched by their locators, after its keys were read.
    #[serde(default)]
    pub rows_located: u64,
    /// How many of these were fetched by reading all rows between two locators.
    #[serde(default)]
    pub rows_scanned: u64,
    /// Rows whose key is that of an earlier row: `filter_drops + unique_drops`.
    pub duplicates: u64,
    /// Duplicates dropped by the first-seen filter, while reading.
    pub filter_drops: u64,
    /// Duplicates dropped by `unique`, after reading.
    pub unique_drops: u64,
    /// Rows left out because their key is NULL.
    pub null_drops: u64,
    /// Time from each query to its last row, added up.
    pub elapsed_secs: f64,
    /// The units that it was read in, in the order of the result: one or more. Their counts add up to the table's.
    #[serde(default)]
    pub units: Vec<ManifestUnit>,
}

/// A unit's share of the result. A unit is a table or a part of one. `rows_read = new + duplicates + null_drops`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestUnit {
    /// The query that read it.
    pub sql: String,
    /// The order of its rows, which is the table's.
    pub order: String,
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows of the result that come from it.
    pub new: u64,
    /// Rows whose key is that of an earlier row: `filter_drops + unique_drops`.
    pub duplicates: u64,
    /// Duplicates dropped by the first-seen filter, while reading.
    pub filter_drops: u64,
    /// Duplicates dropped by `unique`, after reading.
    pub unique_drops: u64,
    /// Rows left out because their key is NULL.
    pub null_drops: u64,
    /// Time from the query to its last row.
    pub elapsed_secs: f64,
}

/// Totals over the tables and files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Rows that the database sent.
    pub rows_read: u64,
    /// Rows in the batch files.
    pub new: u64,
    /// Rows whose key is that of an earlier row.
    pub duplicates: u64,
    /// Rows left out because their key is NULL.
    pub null_drops: u64,
    /// Number of batch files.
    pub files: u64,
    /// Size of the batch files in bytes.
    pub bytes: u64,
}

/// Where the time went, in seconds of wall time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timings {
    /// Connecting, reading the catalog, planning.
    pub plan_secs: f64,
    /// Reading all tables.
    pub read_secs: f64,
    /// Finding the first row of each key.
    pub distinct_secs: f64,
    /// Gathering, encoding and writing the batch files, and fetching rows whose keys were read first.
    pub write_secs: f64,
    /// The whole run, up to the manifest.
    pub total_secs: f64,
}

fn current_arrow_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let recorded = String::deserialize(deserializer)?;
    Ok(arrow_type::current_name(&recorded))
}
