//! The machine's cores, and pools of threads for them.

use crate::{Error, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZeroUsize;
use std::thread;

/// Cores that this process may use.
pub(crate) fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// A pool of threads of its own: rayon's global one would be shared by rooms that know nothing of each other. The threads
/// have this name and a number; a single one just the name.
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
