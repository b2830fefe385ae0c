//! What a pool's workers share: the work, and how they are stopped.

use super::work::Work;
use crate::Error;
use crate::source::QueryCanceller;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The work, and the cancellers of all connected workers.
pub(super) struct Shared<W> {
    pub work: W,
    cancellers: Mutex<Vec<Arc<dyn QueryCanceller>>>,
}

impl<W: Work> Shared<W> {
    pub fn new(work: W) -> Self {
        let cancellers = Mutex::new(work.sessions().cancellers());
        Self { work, cancellers }
    }

    pub fn cancellers(&self) -> MutexGuard<'_, Vec<Arc<dyn QueryCanceller>>> {
        self.cancellers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece's number, and its error.
pub(super) type Failed = (u32, Error);
