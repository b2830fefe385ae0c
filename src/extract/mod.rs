//! Extraction: every unit of the plan, read by a pool of workers with a connection each.
//!
//! In: the units with their queries, and the database to read them from. Out: per unit, in unit order, its candidates, and
//! what was counted and timed. This room never returns fewer rows than the database sent without an error, and never
//! decides which candidate wins.

mod pool;
mod read;
mod retry;
mod shared;
mod worker;

pub(crate) use read::{Read, read};

use pool::extract;

use crate::destination::{Control, Filter, UnitRows};
use crate::plan::Unit;
use crate::snapshot::Sessions;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;
use std::time::Duration;

/// What is to be extracted, and how.
#[derive(Clone)]
pub(crate) struct Extraction {
    /// A connection for each worker.
    pub sessions: Arc<Sessions>,
    pub units: Arc<[Unit]>,
    pub schema: SchemaRef,
    /// What makes a row a candidate.
    pub filter: Filter,
    /// Whether the database counts each unit's rows, too.
    pub check_counts: bool,
    /// How often a unit is begun anew whose connection was lost before its first row.
    pub retries: u32,
    pub control: Arc<Control>,
}

/// A unit that was read to its end.
#[derive(Debug)]
pub(crate) struct ReadUnit {
    pub rows: UnitRows,
    /// From the query to the last row.
    pub elapsed: Duration,
}
