//! The machine's cores, and thread pools for them.

use crate::{Error, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
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

/// Does a few pieces of work at the same time, each in a thread of its own, and returns the results in the order of the pieces.
pub(crate) fn side_by_side<T: Send, R: Send>(
    pieces: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let work = &work;
    thread::scope(|scope| {
        let spawn = |piece| thread::Builder::new().spawn_scoped(scope, move || work(piece));
        let threads: Vec<_> = pieces.into_iter().map(spawn).collect();
        let done = threads.into_iter().map(|thread| {
            let thread = thread.map_err(Error::no_thread)?;
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        });
        // The error of the first piece that has one, once all have ended.
        let done: Vec<Result<R>> = done.collect();
        done.into_iter().collect()
    })
}
