//! Lets all of a job's sessions do something at the same time.

use crate::{Error, ErrorKind, Result};
use std::thread;

/// Calls `act` with each of `subjects`, each on its own thread. Returns the results in the same order. `panicked` is the
/// error message for a call that panics.
pub(super) fn side_by_side<S: Send, T: Send>(
    subjects: impl IntoIterator<Item = S>,
    act: impl Fn(S) -> Result<T> + Sync,
    message: &'static str,
) -> Result<Vec<Result<T>>> {
    let act = &act;
    thread::scope(|scope| {
        let mut acting = Vec::new();
        for subject in subjects {
            let spawned = thread::Builder::new().spawn_scoped(scope, move || act(subject));
            acting.push(spawned.map_err(Error::no_thread)?);
        }
        let panicked = || Err(Error::new(ErrorKind::Bug, message));
        let ended = acting.into_iter().map(thread::ScopedJoinHandle::join);
        Ok(ended
            .map(|ended| ended.unwrap_or_else(|_| panicked()))
            .collect())
    })
}

/// The sessions that the server accepted, at least one. A server, or a pooler before it, might accept only some of them:
/// then also why it refused the others.
pub(super) fn accepted<T>(asked: Vec<Result<T>>) -> Result<(Vec<T>, Option<Error>)> {
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
            Err(error.after("only the catalog connection can be opened"))
        }
        refused => Ok((sessions, refused)),
    }
}
