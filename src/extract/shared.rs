//! What the workers of one extraction share, and what they send.

use super::{Extraction, ReadUnit};
use crate::Result;
use crate::source::QueryCanceller;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

/// What the workers of one extraction share.
pub(super) struct Shared {
    pub extraction: Extraction,
    /// Ordinal of the next unit that no worker has taken.
    pub next: AtomicU32,
    /// What wakes each worker that is connected.
    pub cancellers: Mutex<Vec<Arc<dyn QueryCanceller>>>,
}

/// A unit's ordinal, and what came of it.
pub(super) type Message = (u32, Result<ReadUnit>);
