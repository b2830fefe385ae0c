//! What a pool of workers does, and a worker's tools.

use crate::destination::Control;
use crate::snapshot::{Held, Sessions};
use crate::{Error, Result};
use rayon::ThreadPool;

/// What a pool of workers does, piece after piece.
pub(crate) trait Work: Send + Sync + 'static {
    /// The next piece for a worker; `None` if nothing is left for it. May exchange the worker's session for one that rests, and
    /// wait until there is room for the piece's rows.
    fn next(&self, held: &mut Held) -> Result<Option<u32>>;

    /// Reads a piece, and puts its rows where they belong.
    fn attempt(&self, piece: u32, worker: &mut Worker) -> Result<(), Unread>;

    /// Called about every 20 milliseconds while workers read. Fails with the piece that failed.
    fn tend(&self) -> Result<(), (u32, Error)> {
        Ok(())
    }

    /// The connections, one for each worker.
    fn sessions(&self) -> &Sessions;

    /// A session that replaces a lost one.
    fn again(&self) -> Result<Held> {
        self.sessions().again()
    }

    /// How often a piece is retried whose connection was lost.
    fn retries(&self) -> u32;

    /// What stops the workers. Its units are the pieces.
    fn control(&self) -> &Control;
}

/// Why a piece was not read.
pub(crate) enum Unread {
    /// Its connection was lost, and nothing remembers that it was begun.
    Retryable(Error),
    Otherwise(Error),
}

impl Unread {
    pub fn error(self) -> Error {
        match self {
            Self::Retryable(error) | Self::Otherwise(error) => error,
        }
    }
}

/// A worker's connection, and its thread pool with one thread: ConnectorX's dispatcher calls rayon, and in a shared pool a
/// worker could steal another unit while its own connection is idle.
pub(crate) struct Worker {
    pub held: Held,
    pub(super) pool: ThreadPool,
}
