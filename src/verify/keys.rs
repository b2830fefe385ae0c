//! The keys of a file, as hashes.

use super::unread::Unread;
use crate::Proceed;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Rows between two looks at whether the caller wants more.
const ROWS_PER_LOOK: usize = 8192;

/// Stands for a key that is NULL. A hash of this value becomes [`Hash`] 1.
pub(super) const NULL_KEY: Hash = 0;

/// 128 bits of a key's value.
pub(super) type Hash = u128;

/// Takes the key of each row of a file, in order.
pub(super) struct Keys<'a> {
    seed: u64,
    proceed: Proceed<'a>,
    hashes: Vec<Hash>,
    value: Vec<u8>,
}

/// A seed that no one who writes a table can know.
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

    /// [`Unread::Stopped`] once the caller wants no more.
    pub(super) fn look(&self) -> Result<(), Unread> {
        (self.proceed)().map_err(Unread::Stopped)
    }

    /// Takes the parts of the next row's key; with a part that is NULL (`None`) all of it is.
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

    /// Each part with its length: `ab`, `c` is another key than `a`, `bc`.
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
