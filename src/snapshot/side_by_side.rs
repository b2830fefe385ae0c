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
