//! The machine's cores, and thread pools for them.

use crate::{Error, Result};
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
