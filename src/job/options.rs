//! What flags and a job file can say, not yet checked.

use super::choices::{ExtractorChoice, InvalidDates, NullKeys, SnapshotChoice, SqliteTypes};
use crate::batch::Format;
use crate::report::{LogFormat, ProgressChoice, ReportOptions, Verbosity};
use crate::secret::Secret;
use clap::{ArgAction, Args};
use serde::Deserialize;
use std::path::PathBuf;

/// The options of a job. Each is a flag and, in snake case, a key of the job file.
#[derive(Args, Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub struct JobOptions {
    /// Database: `mysql://`, `mariadb://`, `postgresql://`, `postgres://` or `sqlite://PATH`
    #[arg(
        long,
        value_name = "URL",
        env = "FIRSTSEEN_SOURCE",
        hide_env_values = true
    )]
    pub source: Option<String>,
    /// File that holds the password, where the URL has none; `FIRSTSEEN_PASSWORD` serves, too
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Option file of MySQL's or MariaDB's clients, for what the URL leaves out
    #[arg(long, value_name = "FILE")]
    pub defaults_file: Option<PathBuf>,
    /// The password of the environment, where neither URL nor file has one.
    #[arg(skip)]
    #[serde(skip)]
    pub password: Option<Secret>,
    /// Tables in order: ID2000..ID2012, a,b,c or 'ID*'
    #[arg(long, value_parser = TableList::parse_flag)]
    pub tables: Option<TableList>,
    /// Tables with filters of their own (job file only).
    #[arg(skip)]
    pub table: Option<Vec<TableEntry>>,
    /// Columns to write [default: all of the first table]
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    #[serde(default, deserialize_with = "one_or_many")]
    pub columns: Option<Vec<String>>,
    /// Columns whose values make a record distinct (required)
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    #[serde(default, deserialize_with = "one_or_many")]
    pub key: Option<Vec<String>>,
    /// Condition on the rows of every table, in the database's own SQL
    #[arg(long = "where", value_name = "SQL")]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Order within a table: auto, or columns, each with an optional " desc"
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    #[serde(default, deserialize_with = "one_or_many")]
    pub order_by: Option<Vec<String>>,
    /// Read each table in parts, by several connections: ranges of this indexed column, in its order
    #[arg(long, value_name = "COLUMN")]
    pub partition_on: Option<String>,
    /// Parts of each table: auto, or at most so many [default: auto]
    #[arg(long, value_name = "N|auto", value_parser = PartitionCount::parse_flag)]
    pub partitions: Option<PartitionCount>,
    /// Rows of every batch file but the last [default: 10000]
    #[arg(long, value_name = "N")]
    pub batch_rows: Option<u64>,
    /// Beginning of the file names [default: batch]
    #[arg(long)]
    pub prefix: Option<String>,
    /// Format of the batch files [default: parquet]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// none, or parquet: snappy, lz4, zstd[:LEVEL]; arrow: lz4, zstd; csv, ndjson: gzip, zstd[:LEVEL]
    #[arg(long, value_name = "CODEC")]
    pub compression: Option<String>,
    /// Folder for the batch files [default: batches]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Connections that read at the same time [default: the cores]
    #[arg(long, value_name = "N")]
    pub workers: Option<u64>,
    /// Count only: write no files and no manifest
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub count_only: Option<bool>,
    /// Rows whose key is NULL [default: error]
    #[arg(long, value_enum)]
    pub null_keys: Option<NullKeys>,
    /// Dates that no calendar has: zero, partial, infinite [default: error]
    #[arg(long, value_enum)]
    pub invalid_dates: Option<InvalidDates>,
    /// Types of SQLite's columns: as declared, or all as text [default: declared]
    #[arg(long, value_enum)]
    pub sqlite_types: Option<SqliteTypes>,
    /// What a column of a SQLite file is read as: text, integer, real, blob, date, datetime, instant
    #[arg(long, value_delimiter = ',', value_name = "NAME=TYPE,…")]
    #[serde(default, deserialize_with = "one_or_many")]
    pub column_type: Option<Vec<String>>,
    /// Who reads the rows: a source of our own over the wire, or ConnectorX's stock source [default: auto]
    #[arg(long, value_enum)]
    pub extractor: Option<ExtractorChoice>,
    /// What PostgreSQL's numeric without precision is read as: precision and scale [default: text]
    #[arg(long, value_name = "P,S")]
    pub numeric: Option<String>,
    /// PostgreSQL: read just the rows that its policies let the user see, where they hide others
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub row_security: Option<bool>,
    /// One state of all tables: where it needs no lock, or else not at all; required; or off [default: auto]
    #[arg(long, value_enum)]
    pub snapshot: Option<SnapshotChoice>,
    /// Let the database count each table's rows, too, in the same snapshot
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub check_counts: Option<bool>,
    /// Seconds that a session may take to begin [default: 10]
    #[arg(long, value_name = "N")]
    pub connect_timeout_secs: Option<u64>,
    /// Seconds that the database may be silent [default: 300]
    #[arg(long, value_name = "N")]
    pub read_timeout_secs: Option<u64>,
    /// Seconds to wait for a lock of another session [default: 30]
    #[arg(long, value_name = "N")]
    pub lock_wait_secs: Option<u64>,
    /// How often a table is begun anew whose connection is lost before its first row [default: 3]
    #[arg(long, value_name = "N")]
    pub retries: Option<u64>,
    /// Compare the keys themselves only, without the first-seen filter
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub exact: Option<bool>,
    /// Replace the folder of an earlier job
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub force: Option<bool>,
    /// Progress bars on standard error [default: auto]
    #[arg(long, value_enum)]
    pub progress: Option<ProgressChoice>,
    /// Format of the log on standard error [default: text]
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
    /// Print the result as JSON
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL"
    )]
    pub json: Option<bool>,
    /// Log warnings and errors only
    #[arg(
        short,
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL"
    )]
    pub quiet: Option<bool>,
    /// Log more; -vv is as -v
    #[arg(short, long, action = ArgAction::Count)]
    #[serde(default, deserialize_with = "as_count")]
    pub verbose: u8,
    /// What the user should know of how the options were put together.
    #[arg(skip)]
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// What a job file may write as one string with commas, or as a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum TableList {
    /// `"ID2000..ID2012"` or `"a,b,c"`.
    Text(String),
    /// `["a", "b"]`.
    Items(Vec<String>),
}

impl TableList {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the form that clap asks of a parser"
    )]
    fn parse_flag(text: &str) -> Result<Self, std::convert::Infallible> {
        Ok(Self::Text(text.to_owned()))
    }

    /// The items, trimmed.
    pub fn items(&self) -> Vec<String> {
        match self {
            Self::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
            Self::Items(items) => items.clone(),
        }
    }
}

/// What `--partitions` may say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum PartitionCount {
    /// A number of a job file.
    Number(u64),
    /// `"auto"`, or a number.
    Text(String),
}

impl PartitionCount {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the form that clap asks of a parser"
    )]
    fn parse_flag(text: &str) -> Result<Self, std::convert::Infallible> {
        Ok(Self::Text(text.to_owned()))
    }
}

/// A `[[table]]` of the job file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// The table's name, as it stands.
    pub name: String,
    /// Condition on its rows, beside the one of all tables.
    #[serde(rename = "where")]
    pub filter: Option<String>,
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let list = TableList::deserialize(deserializer)?;
    Ok(Some(list.items()))
}

/// The file's `verbose = true` is one `-v`.
fn as_count<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    bool::deserialize(deserializer).map(u8::from)
}

impl JobOptions {
    /// What is said of the job, and how. `quiet` wins over `verbose`.
    pub fn report(&self) -> ReportOptions {
        let verbosity = match (self.quiet, self.verbose) {
            (Some(true), _) => Verbosity::Quiet,
            (_, 0) => Verbosity::Normal,
            _ => Verbosity::Verbose,
        };
        ReportOptions {
            progress: self.progress.unwrap_or_default(),
            log_format: self.log_format.unwrap_or_default(),
            verbosity,
        }
    }
}
