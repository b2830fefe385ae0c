//! What all sessions of a job do at the same time.

use crate::{Error, ErrorKind, Result};
use std::thread;

/// Does the same with each of `subjects`, on a thread each. What came of each, in their order; `gave_up` is said of one
/// that panics.
pub(super) fn side_by_side<S: Send, T: Send>(
    subjects: impl IntoIterator<Item = S>,
    act: impl Fn(S) -> Result<T> + Sync,
    gave_up: &'static str,
) -> Result<Vec<Result<T>>> {
    let act = &act;
    thread::scope(|scope| {
        let mut acting = Vec::new();
        for subject in subjects {
            let spawned = thread::Builder::new().spawn_scoped(scope, move || act(subject));
            acting.push(spawned.map_err(Error::no_thread)?);
        }
        let panicked = || Err(Error::new(ErrorKind::Bug, gave_up));
        let ended = acting.into_iter().map(thread::ScopedJoinHandle::join);
        Ok(ended
            .map(|ended| ended.unwrap_or_else(|_| panicked()))
            .collect())
    })
}

/// Those of the sessions that are let in; at least one. A server, or a pooler before it, may let some in and then no more:
/// why, where that is so.
pub(super) fn let_in<T>(asked: Vec<Result<T>>) -> Result<(Vec<T>, Option<Error>)> {
    let mut sessions = Vec::with_capacity(asked.len());
    let mut refused = None;
    for session in asked {
        match session {
            Ok(session) => sessions.push(session),
            Err(error) if error.kind() == ErrorKind::Unreachable => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if sessions.is_empty() => {
            Err(error.after("no connection besides the catalog's can be opened"))
        }
        refused => Ok((sessions, refused)),
    }
}
