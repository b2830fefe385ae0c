//! Extraction: every unit of the plan, read through ConnectorX into record batches of candidates.
//!
//! In: the units with their queries, and connections to read them with. Out: per unit, in unit order, the rows that may
//! be the first of their key, as record batches in the order in which the database sent them, and what was counted.
//! This room never returns fewer rows than the database sent without an error, and never decides which candidate wins.

mod carrier;
mod column;
mod control;
mod convert;
mod destination;
mod parse;
mod pool;
mod selection;
mod worker;
mod writer;

pub use carrier::Carrier;
pub use control::Cancel;
pub(crate) use control::Control;
pub use destination::{UnitDestination, UnitPartition};
pub(crate) use pool::{Extraction, extract};

pub(crate) use crate::job::NullKeys;
use arrow::array::RecordBatch;
use std::time::Duration;

/// What was read of one unit. `read = candidates + filter_drops + null_drops`.
#[derive(Debug, Default)]
pub(crate) struct UnitRows {
    /// Candidates, in the order in which the database sent them.
    pub batches: Vec<RecordBatch>,
    /// Rows that the database sent.
    pub read: u64,
    /// Rows in `batches`.
    pub candidates: u64,
    /// Rows that the first-seen filter dropped.
    pub filter_drops: u64,
    /// Rows dropped since their key is NULL.
    pub null_drops: u64,
    /// From the query to the last row.
    pub elapsed: Duration,
}
