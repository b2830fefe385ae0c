//! Random numbers that are the same for the same seed, purpose and index, in any order and on every machine.

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// The numbers of one purpose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    /// Dice of another `purpose` fall independently.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self {
            seed: xxh3_64_with_seed(purpose.as_bytes(), seed),
        }
    }

    pub(super) fn roll(self, index: u64) -> u64 {
        xxh3_64_with_seed(&index.to_le_bytes(), self.seed)
    }

    /// So wide that no two indices of a population share a number.
    pub(super) fn wide_roll(self, index: u64) -> u128 {
        xxh3_128_with_seed(&index.to_le_bytes(), self.seed)
    }
}
