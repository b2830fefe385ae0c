//! Extraction: a pool of workers, each with its own connection, reads every unit of the plan.
//!
//! In: the units with their queries, and the database to read them from. Out: in unit order, each unit's candidates, counts
//! and time. This module fails rather than return fewer rows than the database sent, and never decides which candidate wins.

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
    /// Whether the database also counts each unit's rows.
    pub check_counts: bool,
    /// How often a unit is retried whose connection was lost before its first row.
    pub retries: u32,
    pub control: Arc<Control>,
}

/// A unit that was read completely.
#[derive(Debug)]
pub(crate) struct ReadUnit {
    pub rows: UnitRows,
    /// From the query to the last row.
    pub elapsed: Duration,
}
