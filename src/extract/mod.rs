//! Extraction: a pool of workers, each with its own connection, reads every unit of the plan.
//!
//! In: the units with their queries, and the database to read them from. Out: in unit order, each unit's candidates, counts
//! and time. This module fails rather than return fewer rows than the database sent, and never decides which candidate wins.

mod commits;
mod done;
mod pool;
mod query;
mod read;
mod retry;
mod shared;
mod units;
mod work;
mod worker;

pub(crate) use commits::{Kept, Stages};
pub(crate) use pool::work_off;
pub(crate) use query::run_query;
pub(crate) use read::{Read, read, stage};
pub(crate) use work::{Unread, Work, Worker};

use crate::destination::UnitRows;
use std::time::Duration;

/// A unit that was read completely.
#[derive(Debug)]
pub(crate) struct ReadUnit {
    pub rows: UnitRows,
    /// From the query to the last row.
    pub elapsed: Duration,
    /// The number of the session that read it.
    pub session: usize,
}
