//! What a running job says of itself, as typed events.

use crate::publish::NO_SNAPSHOT;
use crate::unit::Part;
use serde::{Serialize, Serializer};
use std::fmt::Display;
use std::path::Path;

/// Something that happened in a running job.
///
/// Events of one unit come in order; events of different units interleave. They are sent from worker threads.
///
/// As JSON it is an object of its fields, and `event` is its name in snake case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The plan is made: this many units will be read by this many workers.
    Planned {
        /// Units, in the order of the result.
        units: usize,
        /// Connections that read at the same time.
        workers: usize,
        /// Sum of the catalogue's row estimates, where every table has one.
        estimated_rows: Option<u64>,
    },
    /// All sessions have begun.
    SnapshotTaken {
        /// What proves that all of them see one state of the tables; `none` if nothing does.
        snapshot: String,
        /// Why there is none.
        why_none: Option<String>,
    },
    /// A worker sends a unit's query.
    UnitStarted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for all.
        part: Option<Part>,
        /// The query.
        sql: String,
        /// The catalogue's estimate of its rows.
        estimated_rows: Option<u64>,
    },
    /// The unit's first row, or its end, has arrived: the database has executed the query.
    UnitExecuted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for all.
        part: Option<Part>,
    },
    /// More rows of a unit have been read. Sent about every 16,384 rows, and sooner where cells are large.
    UnitProgress {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// Rows read of this unit so far.
        rows_read: u64,
        /// Of these, rows whose key was not yet known from an earlier place: an upper bound of its new entries.
        candidates: u64,
    },
    /// A unit is read to its end.
    UnitFinished {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for all.
        part: Option<Part>,
        /// Rows read.
        rows_read: u64,
        /// Of these, rows whose key was not yet known from an earlier place: an upper bound of its new entries.
        candidates: u64,
    },
    /// All units are read, and their exact counts are known.
    UnitCounted {
        /// Ordinal of the unit, from 0.
        unit: usize,
        /// The table.
        table: String,
        /// Which part of it; `None` for all.
        part: Option<Part>,
        /// Rows read.
        rows_read: u64,
        /// Rows of the result that come from this unit.
        new: u64,
        /// Rows whose key stands at an earlier place.
        duplicates: u64,
        /// Rows left out since their key is NULL.
        null_drops: u64,
    },
    /// Values of written rows are NULL since they are dates that no calendar has. Sent once for each column that has any.
    DatesNulled {
        /// The column.
        column: String,
        /// How many values of it; of lists, elements.
        values: u64,
    },
    /// The result is known: this many rows, in this many batch files.
    DistinctCounted {
        /// Rows of the result.
        rows: u64,
        /// Batch files to be written.
        files: usize,
    },
    /// A batch file is in staging. Files finish in any order.
    FileWritten {
        /// Name of the file.
        name: String,
        /// Rows in it.
        rows: u64,
        /// Its size.
        bytes: u64,
    },
    /// The folder and its manifest are in place.
    Published {
        /// The folder. In JSON, what is no Unicode becomes U+FFFD.
        #[serde(serialize_with = "shown")]
        folder: std::path::PathBuf,
    },
    /// Something that the user should know, and that is no error.
    Warning {
        /// What it is.
        message: String,
    },
}

impl Event {
    /// That all sessions have begun: what proves that they see one state, or why nothing does.
    pub(crate) fn snapshot_taken(proof: Result<&str, &str>) -> Self {
        Self::SnapshotTaken {
            snapshot: proof.unwrap_or(NO_SNAPSHOT).to_owned(),
            why_none: proof.err().map(str::to_owned),
        }
    }

    /// That a job goes on with fewer workers than it wants.
    pub(crate) fn fewer_workers(workers: usize, wanted: usize, why: impl Display) -> Self {
        Self::Warning {
            message: format!("{workers} workers instead of {wanted}: {why}"),
        }
    }
}

fn shown<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Receives the events of a job, from any thread. It must return quickly: workers wait for it.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn on_event(&self, event: &Event);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Listener for Silent {
    fn on_event(&self, _event: &Event) {}
}
