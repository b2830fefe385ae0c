//! The events of a running job, as types.

use crate::publish::NO_SNAPSHOT;
use crate::unit::Part;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::fmt::Display;
use std::path::Path;

/// Something that happened in a running job.
///
/// Events of one unit come in order; events of different units interleave. They are sent from worker threads.
///
/// As JSON it is an object of its fields, and `event` is its name in snake case.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The plan is complete: this many workers will read this many units.
    Planned {
        /// Units, in the order of the result.
        units: usize,
        /// Connections that read at the same time.
        workers: usize,
        /// Sum of the catalog's row estimates, if every table has one.
        estimated_rows: Option<u64>,
    },
    /// All sessions have begun.
    SnapshotTaken {
        /// How it was verified that all of them read one consistent snapshot; `none` if they might not.
        snapshot: String,
        /// Why they might not.
        why_none: Option<String>,
    },
    /// How tables will be read, and why. Sent once for each way and reason, if any table's keys are read first.
    ReadChosen {
        /// The tables, in the order of the result.
        tables: Vec<String>,
        /// `whole` or `keys-first`.
        read: String,
        /// Why.
        why: String,
    },
    /// A worker sends a unit's query.
    UnitStarted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for the whole table.
        part: Option<Part>,
        /// The query.
        sql: String,
        /// The catalog's estimate of its rows.
        estimated_rows: Option<u64>,
    },
    /// The unit's first row, or the end of an empty unit, has arrived: the database has executed the query.
    UnitExecuted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for the whole table.
        part: Option<Part>,
    },
    /// More rows of a unit have been read. Sent about every 16,384 rows, more often if cells are large.
    UnitProgress {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// Rows read of this unit so far.
        rows_read: u64,
        /// Rows among them whose key was not yet known from an earlier row: an upper bound of the unit's new entries.
        candidates: u64,
    },
    /// All rows of a unit have been read.
    UnitFinished {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for the whole table.
        part: Option<Part>,
        /// Rows read.
        rows_read: u64,
        /// Rows among them whose key was not yet known from an earlier row: an upper bound of the unit's new entries.
        candidates: u64,
    },
    /// All units have been read. These are the exact counts of one unit.
    UnitCounted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for the whole table.
        part: Option<Part>,
        /// Rows read.
        rows_read: u64,
        /// Rows of the result that come from this unit.
        new: u64,
        /// Rows whose key is that of an earlier row.
        duplicates: u64,
        /// Rows left out because their key is NULL.
        null_drops: u64,
    },
    /// Invalid dates in written rows became NULL. Sent once for each column that has any.
    DatesNulled {
        /// The column.
        column: String,
        /// How many of its values; in lists, how many elements.
        values: u64,
    },
    /// The result is known: this many rows, in this many batch files.
    DistinctCounted {
        /// Rows of the result.
        rows: u64,
        /// Batch files to be written.
        files: usize,
    },
    /// A table's rows are fetched whose keys were read first, while batch files are written.
    FetchStarted {
        /// The table.
        table: String,
        /// Its rows.
        rows_read: u64,
        /// Rows to be fetched.
        rows: u64,
        /// How many of them are named by their locators. The others are found by reading all rows between two locators.
        located: u64,
    },
    /// A batch file is complete in the staging folder. Files finish in any order.
    FileWritten {
        /// Its name.
        name: String,
        /// Rows in it.
        rows: u64,
        /// Its size.
        bytes: u64,
    },
    /// The folder and its manifest are in place.
    Published {
        /// The folder. In JSON, bytes that are not valid UTF-8 become U+FFFD.
        #[serde(serialize_with = "shown")]
        #[schemars(with = "String")]
        folder: std::path::PathBuf,
    },
    /// Something that the user should know, but not an error.
    Warning {
        /// What it is.
        message: String,
    },
}

impl Event {
    /// All sessions have begun. `proof` is how their snapshot was verified, or why it was not.
    pub(crate) fn snapshot_taken(proof: Result<&str, &str>) -> Self {
        Self::SnapshotTaken {
            snapshot: proof.unwrap_or(NO_SNAPSHOT).to_owned(),
            why_none: proof.err().map(str::to_owned),
        }
    }

    /// The job continues with fewer workers than wanted.
    pub(crate) fn fewer_workers(workers: usize, wanted: usize, why: impl Display) -> Self {
        Self::Warning {
            message: format!("reading with {workers} instead of {wanted} workers: {why}"),
        }
    }
}

fn shown<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Receives the events of a job, from any thread.
pub trait Listener: Send + Sync {
    /// Called for each event. It must return quickly: workers wait for it.
    fn on_event(&self, event: &Event);
}

/// Ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Listener for Silent {
    fn on_event(&self, _event: &Event) {}
}
