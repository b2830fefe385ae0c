//! What an extraction's workers share, and the messages that they send.

use super::{Extraction, ReadUnit};
use crate::Result;
use crate::source::QueryCanceller;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

/// What an extraction's workers share.
pub(super) struct Shared {
    pub extraction: Extraction,
    /// Ordinal of the next unit that no worker has taken.
    pub next: AtomicU32,
    /// The cancellers of all connected workers.
    pub cancellers: Mutex<Vec<Arc<dyn QueryCanceller>>>,
}

/// A unit's ordinal, and its result.
pub(super) type Message = (u32, Result<ReadUnit>);
