//! The machine's cores, and thread pools for them.

use crate::{Error, ErrorKind, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZeroUsize;
use std::thread;

/// Cores that this process may use.
pub(crate) fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// A separate thread pool: rayon's global pool would be shared by modules that know nothing of each other. The threads get
/// this name and a number; a single thread gets only the name.
pub(crate) fn pool(name: &'static str, threads: NonZeroUsize) -> Result<ThreadPool> {
    let is_single = threads == NonZeroUsize::MIN;
    let named = move |index| {
        if is_single {
            name.to_owned()
        } else {
            format!("{name}-{index}")
        }
    };
    let builder = ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .thread_name(named);
    builder.build().map_err(Error::no_thread)
}

/// Calls `act` with each of `subjects`, each on its own thread. Returns the results in the same order. `message` is the
/// error for a call that panics.
pub(crate) fn side_by_side<S: Send, T: Send>(
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
