//! Opens the workers' connections at the same time.

use super::accepted::accepted;
use crate::plan::Plan;
use crate::report::{Event, Listener};
use crate::source::{Database, Session};
use crate::threads::side_by_side;
use crate::{Error, Result};

/// As many sessions as the plan has workers. If the server accepts only some of them, those are used; at least one.
pub(super) fn sessions(
    database: &dyn Database,
    plan: &Plan,
    listener: &dyn Listener,
) -> Result<Vec<Box<dyn Session>>> {
    let connect = |_| database.session(plan.extractor);
    let panicked = "internal error: a client panicked while it connected";
    let (sessions, refused) = accepted(side_by_side(0..plan.workers, connect, panicked)?)?;
    warn_of_fewer(sessions.len(), plan, refused, listener);
    Ok(sessions)
}

/// Warns that there are fewer workers than planned, and why.
pub(super) fn warn_of_fewer(
    workers: usize,
    plan: &Plan,
    refused: Option<Error>,
    listener: &dyn Listener,
) {
    if let Some(error) = refused {
        listener.on_event(&Event::fewer_workers(workers, plan.workers, error));
    }
}
