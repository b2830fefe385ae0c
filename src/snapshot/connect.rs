//! The connections, made side by side.

use super::side_by_side::side_by_side;
use crate::plan::Plan;
use crate::report::{Event, Listener};
use crate::source::{Database, Session};
use crate::{ErrorKind, Result};

/// As many sessions as the plan has workers. A server that lets some in and then no more has those; at least one.
pub(super) fn sessions(
    database: &dyn Database,
    plan: &Plan,
    listener: &dyn Listener,
) -> Result<Vec<Box<dyn Session>>> {
    let mut sessions = Vec::with_capacity(plan.workers);
    let mut refused = None;
    let connect = |_| database.session(plan.extractor);
    let gave_up = "a client gave up while it connected";
    for connected in side_by_side(0..plan.workers, connect, gave_up)? {
        match connected {
            Ok(session) => sessions.push(session),
            Err(error) if error.kind() == ErrorKind::Unreachable => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if sessions.is_empty() => {
            Err(error.within("beside the catalogue's connection there is none"))
        }
        Some(error) => {
            listener.on_event(&Event::fewer_workers(sessions.len(), plan.workers, &error));
            Ok(sessions)
        }
        None => Ok(sessions),
    }
}
