//! The connections, made side by side.

use super::side_by_side::{let_in, side_by_side};
use crate::plan::Plan;
use crate::report::{Event, Listener};
use crate::source::{Database, Session};
use crate::{Error, Result};

/// As many sessions as the plan has workers. A server that lets some in and then no more has those; at least one.
pub(super) fn sessions(
    database: &dyn Database,
    plan: &Plan,
    listener: &dyn Listener,
) -> Result<Vec<Box<dyn Session>>> {
    let connect = |_| database.session(plan.extractor);
    let gave_up = "a client gave up while it connected";
    let (sessions, refused) = let_in(side_by_side(0..plan.workers, connect, gave_up)?)?;
    tell_of_fewer(sessions.len(), plan, refused, listener);
    Ok(sessions)
}

/// Says why there are fewer workers than the plan has.
pub(super) fn tell_of_fewer(
    workers: usize,
    plan: &Plan,
    refused: Option<Error>,
    listener: &dyn Listener,
) {
    if let Some(error) = refused {
        listener.on_event(&Event::fewer_workers(workers, plan.workers, error));
    }
}
