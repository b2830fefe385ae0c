//! Random numbers that depend only on seed, purpose and index, so they are the same in any order and on every machine.

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// The numbers for one purpose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    /// Dice with different purposes are independent of each other.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self {
            seed: xxh3_64_with_seed(purpose.as_bytes(), seed),
        }
    }

    pub(super) fn roll(self, index: u64) -> u64 {
        xxh3_64_with_seed(&index.to_le_bytes(), self.seed)
    }

    /// Wide enough that no two indices of a population share a number.
    pub(super) fn wide_roll(self, index: u64) -> u128 {
        xxh3_128_with_seed(&index.to_le_bytes(), self.seed)
    }
}
