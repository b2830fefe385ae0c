//! What flags and a job file can say, not yet checked.

#![expect(clippy::doc_markdown, reason = "the comments are the text of the help")]
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the help names sections of option files in brackets"
)]

use super::choices::{
    ExtractorChoice, InvalidDates, NullKeys, ReadChoice, SnapshotChoice, SqliteTypes,
};
use crate::batch::Format;
use crate::report::{LogFormat, ProgressChoice, ReportOptions, Verbosity};
use crate::secret::Secret;
use clap::{ArgAction, Args};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Headings of the help.
const SOURCE: &str = "Source";
const READ: &str = "What to read";
const KEYS: &str = "Order and keys";
const OUTPUT: &str = "Output";
const RELIABILITY: &str = "Reliability";
const LOGGING: &str = "Logging";

/// The options of a job. Each is a flag and, in snake case, a key of the job file.
///
/// The comments are the help: the first line is what `-h` shows, and all of it what `--help` shows.
#[derive(Args, Serialize, Deserialize, Default, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobOptions {
    /// Database URL: mysql://, mariadb://, postgresql://, sqlite://
    ///
    /// Required: here, in the job file, or in the environment variable
    /// FIRSTSEEN_SOURCE. A password in a command-line argument is visible to
    /// other users of the machine: use FIRSTSEEN_SOURCE, FIRSTSEEN_PASSWORD
    /// or --password-file instead.
    ///
    /// Examples: mysql://reader@db.example.org/lhid2005
    ///           postgresql://reader@db.example.org/lhid2005?sslmode=verify-full
    ///           sqlite://lhid2005.sqlite
    #[arg(long, value_name = "URL", env = "FIRSTSEEN_SOURCE", hide_env = true, help_heading = SOURCE, verbatim_doc_comment)]
    pub source: Option<String>,
    /// File that contains the password
    ///
    /// One line: the password. Only you may have access to the file (chmod
    /// 600). A password in the URL takes precedence; without either,
    /// FIRSTSEEN_PASSWORD is used, then a MySQL option file or PostgreSQL's
    /// environment and ~/.pgpass.
    ///
    /// Example: --password-file ~/.lhid2005
    #[arg(long, value_name = "FILE", help_heading = SOURCE, verbatim_doc_comment)]
    pub password_file: Option<PathBuf>,
    /// MySQL or MariaDB option file with user, password, host, …
    ///
    /// Fills in whatever the URL leaves out. It is read as the mariadb and
    /// mysql clients read it: sections [client], [client-server],
    /// [client-mariadb], [mariadb-client] and [firstseen]. Only you may have
    /// access to the file (chmod 600).
    ///
    /// Example: --defaults-file ~/.my.cnf
    #[arg(long, value_name = "FILE", help_heading = SOURCE, verbatim_doc_comment)]
    pub defaults_file: Option<PathBuf>,
    /// The password from the environment, used if neither the URL nor a file has one.
    #[arg(skip)]
    #[serde(skip)]
    pub password: Option<Secret>,
    /// Connections that read at the same time [default: CPU cores]
    ///
    /// From 1 to 1024, and never more than there are tables or parts. One
    /// more connection reads the catalog and keeps the tables from being
    /// altered. More workers help while the database and the network have
    /// capacity to spare; each one costs the database a connection and a
    /// query. Use fewer if the server is busy. The output is the same for any
    /// number.
    ///
    /// Example: --workers 4
    #[arg(long, value_name = "N", help_heading = SOURCE, verbatim_doc_comment)]
    #[schemars(range(min = 1, max = 1024))]
    pub workers: Option<u64>,
    /// How to read the rows: auto, wire or connectorx [default: auto]
    ///
    /// auto        wire, or connectorx (with a warning) if a MySQL or MariaDB
    ///             server requires an authentication method that wire doesn't
    ///             support
    /// wire        firstseen's native sources, which read rows in place
    /// connectorx  ConnectorX's own sources: slower, and without a consistent
    ///             snapshot
    ///
    /// The files are the same. Change it to work around a problem with a
    /// server.
    #[arg(long, value_enum, value_name = "CHOICE", hide_possible_values = true, help_heading = SOURCE, verbatim_doc_comment)]
    pub extractor: Option<ExtractorChoice>,
    /// Tables, in order: ID2000..ID2012, a,b,c or 'ID*'
    ///
    /// Required: here or in the job file. For each key, the row from the
    /// earliest table is kept. A range stands for every table from the first
    /// number to the last; all of them must exist. A pattern matches base
    /// tables, in natural order: ID9 before ID10. It doesn't match views:
    /// name each of them.
    ///
    /// Example: --tables 'ID2000..ID2012,extra'
    #[arg(long, value_parser = TableList::parse_flag, help_heading = READ, verbatim_doc_comment)]
    pub tables: Option<TableList>,
    /// Tables with filters of their own (job file only).
    #[arg(skip)]
    pub table: Option<Vec<TableEntry>>,
    /// Columns to write [default: all columns of the first table]
    ///
    /// Every table must have these columns, with the same type. They must
    /// include the key columns. With fewer columns a job is faster and its
    /// output smaller.
    ///
    /// Example: --columns ID,ID_BIRTHDAY,HASHIDV
    #[arg(long, value_delimiter = ',', value_parser = trimmed, value_name = "COLUMN,…", help_heading = READ, verbatim_doc_comment)]
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Option<TableList>")]
    pub columns: Option<Vec<String>>,
    /// Read only rows that satisfy this SQL condition
    ///
    /// Default: read every row. The condition applies to every table. It is
    /// the database's own SQL, and runs as written, in a read-only session in
    /// UTC. A job file can also give single tables a condition. An index that
    /// supports the condition makes the job faster.
    ///
    /// Example: --where "ID_BIRTHDAY >= '1970-10-10'"
    #[arg(long = "where", value_name = "SQL", help_heading = READ, verbatim_doc_comment)]
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Read each table in parts: ranges of this indexed column
    ///
    /// Default: one connection reads a whole table. With this flag, several
    /// connections read ranges of one table, and rows are in the order of
    /// this column. The column must hold integers, dates, timestamps or text,
    /// and be the first column of an index. It must also be unique and NOT
    /// NULL, unless the table has a primary key. The primary key is the best
    /// choice: with any other index, the database looks up every row. Use
    /// this flag for a few large tables.
    ///
    /// Example: --partition-on id --workers 8
    #[arg(long, value_name = "COLUMN", help_heading = READ, verbatim_doc_comment)]
    pub partition_on: Option<String>,
    /// Parts per table [default: auto]
    ///
    /// Only with --partition-on. auto makes about four parts per worker in
    /// all, each with at least 100,000 rows. N, from 1 to 1024, is the number
    /// of parts of each table; there are fewer if the column has fewer
    /// distinct values.
    ///
    /// Example: --partition-on id --partitions 16
    #[arg(long, value_name = "N|auto", value_parser = PartitionCount::parse_flag, help_heading = READ, verbatim_doc_comment)]
    pub partitions: Option<PartitionCount>,
    /// Dates that don't exist: error or null [default: error]
    ///
    /// error  fail, and name the table, row and column
    /// null   write NULL instead, and count these values
    ///
    /// These are MySQL's zero and partial dates (0000-00-00, 2000-02-00), a
    /// 30th of February, and PostgreSQL's infinite dates. Use null if you
    /// know that a table contains them.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = READ, verbatim_doc_comment)]
    pub invalid_dates: Option<InvalidDates>,
    /// PostgreSQL: read numeric without precision as decimal(P,S)
    ///
    /// Default: as text. P is the number of digits, up to 76, of which S
    /// follow the decimal point. It applies to arrays as well. A value that
    /// doesn't fit exactly is an error; nothing is rounded.
    ///
    /// Example: --numeric 38,10
    #[arg(long, value_name = "P,S", help_heading = READ, verbatim_doc_comment)]
    pub numeric: Option<String>,
    /// PostgreSQL: accept that row-level security hides rows
    ///
    /// Default: a table whose policies might hide rows from you is refused.
    /// With this flag, only the rows that the policies let you see are read.
    /// The log and the manifest say so.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = READ, verbatim_doc_comment)]
    pub row_security: Option<bool>,
    /// SQLite: column types, declared or text [default: declared]
    ///
    /// declared  each column's declared type; a value of another type is an error
    /// text      every column as text; a blob is an error
    ///
    /// Use text for a file whose columns mix types. --column-type changes
    /// single columns.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = READ, verbatim_doc_comment)]
    pub sqlite_types: Option<SqliteTypes>,
    /// SQLite: types of single columns, such as day=date
    ///
    /// Default: as declared, or as --sqlite-types says. TYPE is text,
    /// integer, real, blob, date, datetime or instant (a date and time with a
    /// time zone). A value that doesn't fit is an error.
    ///
    /// Example: --column-type day=date,at=instant
    #[arg(long, value_delimiter = ',', value_parser = trimmed, value_name = "NAME=TYPE,…", help_heading = READ, verbatim_doc_comment)]
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Option<TableList>")]
    pub column_type: Option<Vec<String>>,
    /// Read whole rows or the keys first [default: auto]
    ///
    /// auto        what pays, table by table: the plan says which and why
    /// whole       all columns of every row
    /// keys-first  the key of every row, and then all columns of the rows that
    ///             are written; a table that can't be read so is an error
    ///
    /// Default: auto. Reading the keys first pays if rows are wide and few of
    /// them are written: the rest isn't sent, and little is kept in memory. It
    /// needs a transaction, and a key by which the database finds a row again.
    /// The files are the same wherever the order of the rows is defined.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = READ, verbatim_doc_comment)]
    pub read: Option<ReadChoice>,
    /// Columns that identify a record (required)
    ///
    /// Required: here or in the job file. Rows with equal values in all of
    /// these columns are the same record; the first one is kept. Values are
    /// compared byte by byte, not by a collation. Floating-point and array
    /// columns can't be keys.
    ///
    /// Example: --key HASHIDV
    #[arg(long, value_delimiter = ',', value_parser = trimmed, value_name = "COLUMN,…", help_heading = KEYS, verbatim_doc_comment)]
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Option<TableList>")]
    pub key: Option<Vec<String>>,
    /// Order within a table: auto or columns [default: auto]
    ///
    /// auto is the table's own order: by primary key or rowid if there is
    /// one, otherwise as stored. With columns, every table is sorted by them,
    /// and ties by the primary key. Add desc to a column to sort it in
    /// descending order. Sorting costs the database time and temporary space
    /// unless an index has this order.
    ///
    /// Example: --order-by "DAY desc,ward"
    #[arg(long, value_delimiter = ',', value_parser = trimmed, value_name = "COLUMN,…", help_heading = KEYS, verbatim_doc_comment)]
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Option<TableList>")]
    pub order_by: Option<Vec<String>>,
    /// Rows with a NULL key: error, drop or keep [default: error]
    ///
    /// error  fail, and name the table and row
    /// drop   leave these rows out, and count them
    /// keep   write every one of them; none is a duplicate of another
    ///
    /// A key is NULL if any of its columns is NULL.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = KEYS, verbatim_doc_comment)]
    pub null_keys: Option<NullKeys>,
    /// Compare whole keys only, without the first-seen filter
    ///
    /// Default: while reading, a filter drops rows whose 128-bit key hash was
    /// already seen. For a billion keys the chance that it drops a row by
    /// mistake is about 1 in 10^21. With this flag, every row stays in memory
    /// until all tables are read.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = KEYS, verbatim_doc_comment)]
    pub exact: Option<bool>,
    /// Output folder [default: batches]
    ///
    /// The folder must not exist, or must be empty, unless --force is given.
    /// Its parent folder must exist. The manifest is written next to it, as
    /// DIR.manifest.json.
    ///
    /// Example: --out /data/person
    #[arg(long, value_name = "DIR", help_heading = OUTPUT, verbatim_doc_comment)]
    pub out: Option<PathBuf>,
    /// Replace the output of an earlier run
    ///
    /// Default: an output folder that contains files is refused. With this
    /// flag it is replaced, but only if its manifest lists every file in it.
    /// The old output stays in place until the new output is complete.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = OUTPUT, verbatim_doc_comment)]
    pub force: Option<bool>,
    /// parquet, arrow, csv, ndjson or pickle [default: parquet]
    ///
    /// parquet  one row group per file
    /// arrow    Arrow IPC file with one record batch
    /// csv      with a header; NULL is an empty field, an empty string is ""
    /// ndjson   one JSON object per line
    /// pickle   Python, protocol 4: a list of dicts
    ///
    /// The values are the same in all formats.
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = OUTPUT, verbatim_doc_comment)]
    pub format: Option<Format>,
    /// Compression [default: zstd:1 for parquet, otherwise none]
    ///
    /// parquet      none, snappy, lz4, zstd, zstd:1 to zstd:22
    /// arrow        none, lz4, zstd
    /// csv, ndjson  none, gzip, zstd, zstd:1 to zstd:22
    /// pickle       none
    ///
    /// A higher level makes smaller files and costs CPU time.
    ///
    /// Example: --format csv --compression gzip
    #[arg(long, value_name = "CODEC", help_heading = OUTPUT, verbatim_doc_comment)]
    pub compression: Option<String>,
    /// Rows per batch file [default: 10000]
    ///
    /// Every file has exactly this many rows, except that the last one can
    /// have fewer. Larger files need more memory: a few files at a time are
    /// held in memory while they are written.
    ///
    /// Example: --batch-rows 50000
    #[arg(long, value_name = "N", help_heading = OUTPUT, verbatim_doc_comment)]
    #[schemars(range(min = 1))]
    pub batch_rows: Option<u64>,
    /// Prefix of the file names [default: batch]
    ///
    /// At most 200 bytes, without slashes and control characters, and not
    /// beginning with . _ or -. A file is named after its prefix and the
    /// first and last row it contains.
    ///
    /// Example: --prefix person writes person-0000001-0010000.parquet
    #[arg(long, help_heading = OUTPUT, verbatim_doc_comment)]
    pub prefix: Option<String>,
    /// Count the distinct rows, without writing files
    ///
    /// Default: write batch files and a manifest. With this flag, only the
    /// summary (or with --json the manifest, without files) is printed. Only
    /// the key columns are read, so values of other columns aren't checked.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = OUTPUT, verbatim_doc_comment)]
    pub count_only: Option<bool>,
    /// Print the result as JSON
    ///
    /// Default: text. run prints the manifest, plan prints the plan. The log
    /// still goes to standard error.
    ///
    /// Example: firstseen run job.toml --json | jq .totals.new
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = OUTPUT, verbatim_doc_comment)]
    pub json: Option<bool>,
    /// Read one consistent snapshot: auto, require or off [default: auto]
    ///
    /// auto     if possible without blocking writers; the manifest says how the
    ///          tables were read
    /// require  with a short lock if needed; fail if no snapshot can be verified
    /// off      read each table separately, and don't keep tables from being
    ///          altered
    ///
    /// Use require if other sessions write to the tables and a mix of two
    /// states would be wrong. Its lock blocks writers while the sessions
    /// begin; on MySQL and MariaDB it needs the RELOAD privilege.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = RELIABILITY, verbatim_doc_comment)]
    pub snapshot: Option<SnapshotChoice>,
    /// Have the database count the rows too, and compare
    ///
    /// Default: off. With this flag, each table is counted after it was read,
    /// in the same transaction; if the numbers differ, the job fails with
    /// exit code 1. It costs a second scan of every table.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = RELIABILITY, verbatim_doc_comment)]
    pub check_counts: Option<bool>,
    /// Retries of a table whose connection drops early [default: 3]
    ///
    /// From 0 to 100. How often to retry a table whose connection drops
    /// before its first row, in the same snapshot if there is one. If a
    /// connection drops later, the job fails, because no row may be counted
    /// twice.
    #[arg(long, value_name = "N", help_heading = RELIABILITY, verbatim_doc_comment)]
    #[schemars(range(max = 100))]
    pub retries: Option<u64>,
    /// Seconds to wait for a connection [default: 10]
    ///
    /// From 1 to 86400. Covers connecting, TLS and login of each session, and
    /// takes precedence over timeouts in the URL and in PostgreSQL's
    /// environment.
    #[arg(long, value_name = "N", help_heading = RELIABILITY, verbatim_doc_comment)]
    #[schemars(range(min = 1, max = 86_400))]
    pub connect_timeout_secs: Option<u64>,
    /// Seconds to wait for a silent server [default: 300]
    ///
    /// From 1 to 86400. If the server sends nothing for this long, the job
    /// fails. Raise it if the server sorts a large table first (--order-by)
    /// or filters out nearly all rows.
    #[arg(long, value_name = "N", help_heading = RELIABILITY, verbatim_doc_comment)]
    #[schemars(range(min = 1, max = 86_400))]
    pub read_timeout_secs: Option<u64>,
    /// Seconds to wait for a lock [default: 30]
    ///
    /// From 1 to 86400. Applies to locks that other sessions hold, on tables
    /// or on the whole server. Lower it if other sessions must not wait long
    /// behind this job's lock request.
    #[arg(long, value_name = "N", help_heading = RELIABILITY, verbatim_doc_comment)]
    #[schemars(range(min = 1, max = 86_400))]
    pub lock_wait_secs: Option<u64>,
    /// Progress bars: auto, always or never [default: auto]
    ///
    /// auto    bars if standard error is a terminal of at least 67 columns,
    ///         otherwise log lines
    /// always  bars
    /// never   log lines
    #[arg(long, value_enum, value_name = "WHEN", hide_possible_values = true, help_heading = LOGGING, verbatim_doc_comment)]
    pub progress: Option<ProgressChoice>,
    /// Log as text or json [default: text]
    ///
    /// text  seconds since the start, a tab, and what happened
    /// json  one JSON object per line, and no progress bars
    ///
    /// The log goes to standard error.
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = LOGGING, verbatim_doc_comment)]
    pub log_format: Option<LogFormat>,
    /// Log only warnings and errors
    ///
    /// Default: also log each table, each file and the totals. Takes
    /// precedence over --verbose.
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = LOGGING, verbatim_doc_comment)]
    pub quiet: Option<bool>,
    /// Also log how many rows were read, at most every 5 seconds
    ///
    /// Default: log the start and end of each table. With this flag, also the
    /// end of each part. -vv is the same as -v.
    #[arg(short, long, action = ArgAction::Count, help_heading = LOGGING, verbatim_doc_comment)]
    #[serde(default, deserialize_with = "as_count", skip_serializing)]
    #[schemars(with = "bool", extend("default" = false))]
    pub verbose: u8,
    /// What the user should know about how the options were combined.
    #[arg(skip)]
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// What a job file may write as one string with commas, or as a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// The table's name, exactly as in the database.
    pub name: String,
    /// Condition on its rows, in addition to the one for all tables.
    #[serde(rename = "where")]
    pub filter: Option<String>,
}

/// An item of a list: spaces after its comma are not part of a name. A name that has spaces at its ends is given in a list of
/// the job file.
#[expect(clippy::unnecessary_wraps, reason = "the signature that clap requires")]
fn trimmed(item: &str) -> Result<String, std::convert::Infallible> {
    Ok(item.trim().to_owned())
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
