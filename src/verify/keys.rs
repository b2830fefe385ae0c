//! The keys of a file, as hashes.

use super::unread::Unread;
use crate::Proceed;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Rows between two checks whether to continue.
const ROWS_PER_LOOK: usize = 8192;

/// Stands for a key that is NULL. A hash with this value is replaced by 1.
pub(super) const NULL_KEY: Hash = 0;

/// The 128-bit hash of a key.
pub(super) type Hash = u128;

/// Collects the keys of a file's rows, in order.
pub(super) struct Keys<'a> {
    seed: u64,
    proceed: Proceed<'a>,
    hashes: Vec<Hash>,
    value: Vec<u8>,
}

/// A random seed, so that nobody can prepare a table with colliding keys.
pub(super) fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl<'a> Keys<'a> {
    pub(super) fn new(seed: u64, proceed: Proceed<'a>) -> Self {
        Self {
            seed,
            proceed,
            hashes: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Returns [`Unread::Stopped`] if the caller wants to stop.
    pub(super) fn look(&self) -> Result<(), Unread> {
        (self.proceed)().map_err(Unread::Stopped)
    }

    /// Adds the next row's key. If one of its parts is NULL (`None`), the key is NULL.
    pub(super) fn push<'k>(
        &mut self,
        parts: impl IntoIterator<Item = Option<&'k [u8]>>,
    ) -> Result<(), Unread> {
        if self.hashes.len().is_multiple_of(ROWS_PER_LOOK) {
            self.look()?;
        }
        let hash = self.hash(parts).unwrap_or(NULL_KEY);
        self.hashes.push(hash);
        Ok(())
    }

    /// Hashes each part with its length, so that the key `ab`, `c` differs from `a`, `bc`.
    fn hash<'k>(&mut self, parts: impl IntoIterator<Item = Option<&'k [u8]>>) -> Option<Hash> {
        self.value.clear();
        for part in parts {
            let part = part?;
            self.value.extend_from_slice(&part.len().to_le_bytes());
            self.value.extend_from_slice(part);
        }
        Some(xxh3_128_with_seed(&self.value, self.seed).max(1))
    }

    pub(super) fn rows(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// A hash for each row, [`NULL_KEY`] for a key that is NULL.
    pub(super) fn into_hashes(self) -> Vec<Hash> {
        self.hashes
    }
}
