//! The job: what the user wants, checked as far as it can be without a database.
//!
//! In: flags, environment and a job file, as [`JobOptions`]. Out: a [`Job`], whose options are valid together. This
//! module reads the job file and the files of a login, and nothing else: no database, no output folder.

mod checks;
mod choices;
mod column_types;
mod file;
mod frozen;
mod json;
mod keys;
mod login;
mod merge;
mod numeric;
mod options;
mod order_by;
mod partition;
mod server_url;
mod source_url;
mod tables;
mod usage;
mod waits;

pub use choices::{
    ExtractorChoice, InvalidDates, NullKeys, ReadChoice, SnapshotChoice, SqliteTypes,
};
pub use column_types::{ColumnType, ColumnTypes};
pub use file::read_job_file;
pub use login::LoginOptions;
pub use numeric::Numeric;
pub use options::{JobOptions, PartitionCount, TableEntry, TableList};
pub use order_by::{OrderBy, OrderColumn};
pub use partition::{Partition, Partitions};
pub use server_url::ServerUrl;
pub use source_url::SourceUrl;
pub(crate) use tables::named_twice;
pub use tables::{TableItem, Tables};
pub(crate) use waits::CONNECT;
pub use waits::Waits;

use crate::Result;
use crate::batch::{Encoding, Format, check_prefix};
use crate::secret::passwords_of;
use checks::{
    check_key_is_selected, checked_counts, checked_extractor, checked_filter, checked_folder,
    checked_numeric, checked_read, checked_row_security, checked_sqlite_types, distinct_names,
};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use usage::{count, missing};

/// Rows of a batch file by default.
const DEFAULT_BATCH_ROWS: NonZeroUsize = NonZeroUsize::new(10_000).expect("10,000 is not zero");
/// Beginning of the file names by default.
const DEFAULT_PREFIX: &str = "batch";
/// The output folder by default.
const DEFAULT_FOLDER: &str = "batches";
/// More sessions than any server allows by default (`max_connections` is 100 or 151).
const MAX_WORKERS: u64 = 1024;

/// A checked job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The database.
    pub source: SourceUrl,
    /// Which tables, in which order.
    pub tables: Tables,
    /// Which columns; `None` for all columns of the first table.
    pub columns: Option<Vec<String>>,
    /// Columns whose values make a record distinct. Never empty.
    pub key: Vec<String>,
    /// Filter on every table, in the user's own SQL.
    pub filter: Option<String>,
    /// Order of the rows within a table.
    pub order_by: OrderBy,
    /// Whether and how each table is read in parts.
    pub partition: Option<Partition>,
    /// How rows whose key is NULL are handled.
    pub null_keys: NullKeys,
    /// How invalid dates are handled.
    pub invalid_dates: InvalidDates,
    /// How values are read.
    pub reading: Reading,
    /// Whether the keys are read first.
    pub read: ReadChoice,
    /// Whether all tables are read from one consistent snapshot.
    pub snapshot: SnapshotChoice,
    /// Whether the database counts the rows as well.
    pub check_counts: bool,
    /// How long the job waits for its database.
    pub waits: Waits,
    /// Whether the first-seen filter is off.
    pub exact: bool,
    /// Number of connections that read at the same time; `None` for one per core.
    pub workers: Option<NonZeroUsize>,
    /// What happens to the result.
    pub output: Output,
    /// What the user should know about the options.
    pub warnings: Vec<String>,
}

/// How a database's values are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The types that the columns of a SQLite file are read as.
    pub sqlite_types: SqliteTypes,
    /// The types of single columns of a SQLite file. They override `sqlite_types`.
    pub column_types: ColumnTypes,
    /// What reads a server's rows.
    pub extractor: ExtractorChoice,
    /// The type that PostgreSQL's numeric without precision is read as; `None` for text.
    pub numeric: Option<Numeric>,
    /// Whether to read only the rows that PostgreSQL's policies let the user see. Otherwise a table that might have others
    /// is refused.
    pub row_security: bool,
}

impl Reading {
    fn checked(
        sqlite_types: Option<SqliteTypes>,
        column_type: Option<Vec<String>>,
        extractor: Option<ExtractorChoice>,
        numeric: Option<&str>,
        source: &SourceUrl,
    ) -> Result<Self> {
        Ok(Self {
            sqlite_types: checked_sqlite_types(sqlite_types, source)?,
            column_types: ColumnTypes::checked(column_type, source)?,
            extractor: checked_extractor(extractor.unwrap_or_default(), source)?,
            numeric: checked_numeric(numeric, source)?,
            row_security: false,
        })
    }
}

/// What happens to the result of a job.
#[derive(Debug, Clone)]
pub enum Output {
    /// It is only counted.
    Count,
    /// It is written as batch files and a manifest.
    Batches(BatchOutput),
}

impl Output {
    fn new(batches: BatchOutput, count_only: Option<bool>) -> Self {
        match count_only {
            Some(true) => Self::Count,
            _ => Self::Batches(batches),
        }
    }
}

/// Where and how batch files are written.
#[derive(Debug, Clone)]
pub struct BatchOutput {
    /// The folder.
    pub folder: PathBuf,
    /// Whether the folder of an earlier run is replaced.
    pub force: bool,
    /// Rows of every file except the last.
    pub batch_rows: NonZeroUsize,
    /// Beginning of the file names.
    pub prefix: String,
    /// Format and compression.
    pub encoding: Encoding,
}

impl Job {
    /// Checks options. The relative paths of flags start at `current_dir`; those of a job file were already resolved
    /// against its folder.
    ///
    /// No error contains a password of the source.
    pub fn new(options: JobOptions, current_dir: &Path) -> Result<Self> {
        let secrets = options.source.as_deref().map(passwords_of);
        Self::checked(options, current_dir)
            .map_err(|error| error.without(&secrets.unwrap_or_default()))
    }

    fn checked(options: JobOptions, current_dir: &Path) -> Result<Self> {
        let waits = Waits::checked(&options)?;
        let JobOptions {
            source,
            password_file,
            defaults_file,
            password,
            tables,
            table,
            columns,
            key,
            filter,
            order_by,
            partition_on,
            partitions,
            batch_rows,
            prefix,
            format,
            compression,
            out,
            workers,
            count_only,
            null_keys,
            invalid_dates,
            sqlite_types,
            column_type,
            extractor,
            numeric,
            row_security,
            read,
            snapshot,
            check_counts,
            // These are in `waits`.
            connect_timeout_secs: _,
            read_timeout_secs: _,
            lock_wait_secs: _,
            retries: _,
            exact,
            force,
            mut warnings,
            // Reporting is not part of the job.
            progress: _,
            log_format: _,
            json: _,
            quiet: _,
            verbose: _,
        } = options;
        let source = source
            .filter(|source| !source.is_empty())
            .ok_or_else(|| missing("source", "--source URL, or FIRSTSEEN_SOURCE"))?;
        let key = key.ok_or_else(|| missing("key", "--key COLUMN[,COLUMN…]"))?;
        let columns = columns
            .map(|columns| distinct_names("columns", columns))
            .transpose()?;
        let key = distinct_names("key", key)?;
        check_key_is_selected(&key, columns.as_deref())?;
        let encoding = Encoding::new(format.unwrap_or(Format::Parquet), compression.as_deref())?;
        let prefix = prefix.unwrap_or_else(|| DEFAULT_PREFIX.to_owned());
        check_prefix(&prefix)?;
        let output = BatchOutput {
            folder: current_dir.join(checked_folder(out)?),
            force: force.unwrap_or(false),
            batch_rows: count("batch-rows", batch_rows, u32::MAX.into())?
                .unwrap_or(DEFAULT_BATCH_ROWS),
            prefix,
            encoding,
        };
        if count_only == Some(true) && output.force {
            warnings.push("--force has no effect with --count-only: nothing is written".to_owned());
        }
        let login = LoginOptions {
            password_file: password_file.map(|path| current_dir.join(path)),
            password,
            defaults_file: defaults_file.map(|path| current_dir.join(path)),
        };
        let source = login.fill(SourceUrl::parse(&source, current_dir)?, &mut warnings)?;
        let numeric = numeric.as_deref();
        let reading = Reading {
            row_security: checked_row_security(row_security, &source, &mut warnings)?,
            ..Reading::checked(sqlite_types, column_type, extractor, numeric, &source)?
        };
        let order_by = OrderBy::parse(&order_by.unwrap_or_default())?;
        Ok(Self {
            tables: Tables::new(tables, table)?,
            columns,
            key,
            filter: filter.map(|filter| checked_filter(&filter)).transpose()?,
            partition: Partition::parse(partition_on, partitions.as_ref(), &order_by)?,
            order_by,
            null_keys: null_keys.unwrap_or_default(),
            invalid_dates: invalid_dates.unwrap_or_default(),
            reading,
            source,
            read: checked_read(read, snapshot, extractor)?,
            snapshot: snapshot.unwrap_or_default(),
            check_counts: checked_counts(check_counts, snapshot, extractor)?,
            waits,
            exact: exact.unwrap_or(false),
            workers: count("workers", workers, MAX_WORKERS)?,
            output: Output::new(output, count_only),
            warnings,
        })
    }
}
