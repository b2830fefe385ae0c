//! The first-seen filter: knows, while rows are read, which of them can't be the first of their key.

mod memory;
mod slots;

use slots::{Offered, Slots};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// For every key that any unit has offered, the smallest ordinal of a unit that has it.
///
/// Keys are identified by a 128-bit hash with a random seed. All bits are kept and compared: for `n` distinct keys, the
/// chance that any two collide, and a row is lost, is about `n² / 2¹²⁹` (10⁻²¹ for a billion keys). It is only a filter:
/// among the rows that pass it, `unique` on the real values decides.
///
/// Any number of threads can offer keys at the same time without a lock between them. They wait only while the slots grow.
/// A slot takes 21⅓ bytes, and between 51% and 76% of the slots are used: 28 to 42 bytes per distinct key.
pub struct FirstSeen {
    seed: u64,
    slots: RwLock<Slots>,
    /// Slots that are used, plus those that offers in progress might still use.
    claimed: AtomicUsize,
    /// By unit, how many of the keys that it was the first to offer an earlier unit has offered since.
    overtaken: Box<[AtomicU64]>,
}

/// Keys whose slots are prefetched: as many cache misses as a core can have in flight at once.
/// Measured with a million keys: 40 ns per key without prefetching, 25 ns when a whole chunk is prefetched first, 21 ns this
/// way.
const AHEAD: usize = 16;

/// Keys that are looked up again before the slots may grow.
const LOOKED_UP: usize = 1024;

/// A key's hash.
pub type KeyHash = u128;

/// Half of a key's hash: enough to find a key again that was offered, since it is known if another key has the same half.
pub type KeyTag = u64;

impl FirstSeen {
    /// An empty filter for this many units. The same seed gives the same hashes. A job's result doesn't depend on it.
    pub fn new(seed: u64, units: usize) -> Self {
        Self {
            seed,
            slots: RwLock::new(Slots::new()),
            claimed: AtomicUsize::new(0),
            overtaken: (0..units).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// The part of a key's hash by which [`Self::still_first`] finds it again.
    pub fn tag(key: KeyHash) -> KeyTag {
        slots::tag(key)
    }

    /// The hash of a key's bytes.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> KeyHash {
        xxh3_128_with_seed(key, self.seed)
    }

    /// Offers the keys of consecutive rows of a unit, and sets `keep[i]` for each row that might be the first of its key:
    /// neither an earlier unit nor an earlier row of this unit has offered the key yet.
    ///
    /// The filter remembers what a unit has offered, so each unit must be offered only once, by one thread at a time. Units
    /// must be below the number of units, and that below `u32::MAX - 1`. The cache misses within a call overlap: offer a few
    /// hundred keys at once.
    pub fn offer(&self, unit: u32, keys: &[KeyHash], keep: &mut Vec<bool>) {
        let slots = self.claim(keys.len());
        for key in keys.iter().take(AHEAD) {
            slots.prefetch(*key);
        }
        let mut new = 0;
        keep.clear();
        keep.extend(keys.iter().enumerate().map(|(index, key)| {
            if let Some(ahead) = keys.get(index + AHEAD) {
                slots.prefetch(*ahead);
            }
            let offered = slots.offer(unit, *key);
            match offered {
                Offered::New => new += 1,
                Offered::Earlier(later) => self.overtake(later),
                Offered::Seen => return false,
            }
            true
        }));
        self.claimed.fetch_sub(keys.len() - new, Ordering::Relaxed);
    }

    fn overtake(&self, unit: u32) {
        if let Some(overtaken) = self.overtaken.get(unit as usize) {
            overtaken.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many of the rows that passed as possibly the first of their key in this unit can't be that any more: an earlier
    /// unit has offered the key since.
    pub fn overtaken(&self, unit: u32) -> u64 {
        let overtaken = self.overtaken.get(unit as usize);
        overtaken.map_or(0, |overtaken| overtaken.load(Ordering::Relaxed))
    }

    /// For keys that this unit has offered, says of each whether it must be kept: `false` only if an earlier unit has offered
    /// it too.
    pub fn still_first(&self, unit: u32, tags: &[KeyTag]) -> Vec<bool> {
        let mut still_first = Vec::with_capacity(tags.len());
        for tags in tags.chunks(LOOKED_UP) {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            still_first.extend(tags.iter().enumerate().map(|(index, tag)| {
                if let Some(ahead) = tags.get(index + AHEAD) {
                    slots.prefetch_tag(*ahead);
                }
                slots.unit(*tag).is_none_or(|first| first >= unit)
            }));
        }
        still_first
    }

    /// The slots, grown if necessary, with slots claimed for this many more keys.
    fn claim(&self, keys: usize) -> RwLockReadGuard<'_, Slots> {
        self.claimed.fetch_add(keys, Ordering::Relaxed);
        loop {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            if self.claimed.load(Ordering::Relaxed) <= slots.limit() {
                return slots;
            }
            drop(slots);
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            while self.claimed.load(Ordering::Relaxed) > slots.limit() {
                slots.grow();
            }
        }
    }
}

#[cfg(test)]
mod tests;
