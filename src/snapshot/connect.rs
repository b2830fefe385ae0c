//! The connections, made side by side.

use crate::plan::Plan;
use crate::report::{Event, Listener};
use crate::source::{Database, Session};
use crate::{Error, ErrorKind, Result};
use std::thread;

/// As many sessions as the plan has workers. A server that lets some in and then no more has those; at least one.
pub(super) fn sessions(
    database: &dyn Database,
    plan: &Plan,
    listener: &dyn Listener,
) -> Result<Vec<Box<dyn Session>>> {
    let mut sessions = Vec::with_capacity(plan.workers);
    let mut refused = None;
    for connected in side_by_side(database, plan)? {
        match connected {
            Ok(session) => sessions.push(session),
            Err(error) if error.kind() == ErrorKind::Unreachable => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if sessions.is_empty() => Err(error),
        Some(error) => {
            warn_of_fewer(listener, sessions.len(), plan.workers, &error);
            Ok(sessions)
        }
        None => Ok(sessions),
    }
}

fn side_by_side(database: &dyn Database, plan: &Plan) -> Result<Vec<Result<Box<dyn Session>>>> {
    let connect = || database.session(plan.extractor);
    thread::scope(|scope| {
        let mut connecting = Vec::with_capacity(plan.workers);
        for _ in 0..plan.workers {
            let spawned = thread::Builder::new().spawn_scoped(scope, connect);
            connecting.push(spawned.map_err(Error::no_thread)?);
        }
        let panicked = || Error::new(ErrorKind::Bug, "a client gave up while it connected");
        let connected = connecting.into_iter().map(thread::ScopedJoinHandle::join);
        Ok(connected
            .map(|connected| connected.unwrap_or_else(|_| Err(panicked())))
            .collect())
    })
}

fn warn_of_fewer(listener: &dyn Listener, workers: usize, wanted: usize, why: &Error) {
    listener.on_event(&Event::Warning {
        message: format!("{workers} workers instead of {wanted}: {why}"),
    });
}
