//! The first-seen filter: knows, while rows are read, which of them can't be the first of their key.

mod memory;
mod slots;

use slots::{Offered, Slots};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
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
    /// By unit, the keys of rows that might have been the first until an earlier unit offered the key.
    overtaken: Box<[Mutex<Vec<KeyTag>>]>,
}

/// Keys whose slots are prefetched: as many cache misses as a core can have in flight at once.
/// Measured with a million keys: 40 ns per key without prefetching, 25 ns when a whole chunk is prefetched first, 21 ns this
/// way.
const AHEAD: usize = 16;

/// A key's hash.
pub type KeyHash = u128;

/// Half of a key's hash: enough to find a key again among a unit's own, where it shows if two of them have the same half.
pub type KeyTag = u64;

impl FirstSeen {
    /// An empty filter for this many units. The same seed gives the same hashes. A job's result doesn't depend on it.
    pub fn new(seed: u64, units: usize) -> Self {
        Self {
            seed,
            slots: RwLock::new(Slots::new()),
            claimed: AtomicUsize::new(0),
            overtaken: (0..units).map(|_| Mutex::default()).collect(),
        }
    }

    /// The part of a key's hash by which [`Self::overtaken`] names it.
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
                Offered::Earlier(later) => self.overtaken(later).push(slots::tag(*key)),
                Offered::Seen => return false,
            }
            true
        }));
        self.claimed.fetch_sub(keys.len() - new, Ordering::Relaxed);
    }

    /// The unit's rows that might have been the first of their key until an earlier unit offered it: their keys, each once,
    /// in any order. Whoever takes keys out won't see them again. Other units' offers wait as long as this is held.
    pub fn overtaken(&self, unit: u32) -> MutexGuard<'_, Vec<KeyTag>> {
        let overtaken = &self.overtaken[unit as usize];
        overtaken.lock().unwrap_or_else(PoisonError::into_inner)
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
