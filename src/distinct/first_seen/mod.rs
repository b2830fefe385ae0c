//! The first-seen filter: knows, while rows are read, which of them can't be the first of their key.

mod memory;
mod slots;

use slots::{Offered, Slots};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
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
    counted: Counted,
    /// By unit, the keys of rows that might have been the first until an earlier unit offered the key.
    overtaken: Box<[Mutex<Vec<KeyTag>>]>,
}

/// Which units' offers make a later row of the same key one that can't be the first.
enum Counted {
    /// Those of all units: either each of them is read to its end, or nothing is kept of any.
    All,
    /// Those of the row's own unit, of units that are settled, and of those that must be settled before the row's own is.
    Kept {
        units: Box<[Times]>,
        /// How many units were begun.
        begun: AtomicU32,
        /// Beyond this many keys, no more are remembered.
        most_keys: usize,
    },
}

/// Between which beginnings of units a unit counts.
#[derive(Debug)]
struct Times {
    begun: AtomicU32,
    /// It counts for units that were begun before.
    closed: AtomicU32,
    /// Whether its candidates are held back, so that they can be overtaken.
    held: AtomicBool,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            begun: AtomicU32::new(0),
            closed: AtomicU32::new(u32::MAX),
            held: AtomicBool::new(false),
        }
    }
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
    /// An empty filter for this many units, all of which are read, or the job fails. The same seed gives the same hashes. A job's
    /// result doesn't depend on it.
    pub fn new(seed: u64, units: usize) -> Self {
        Self::counting(seed, units, Counted::All)
    }

    /// An empty filter for this many units, each of which is kept or lost, and none is kept before those that count for it, as
    /// [`Self::counts`] tells. It remembers at most so many keys.
    pub fn of_kept(seed: u64, units: usize, most_keys: usize) -> Self {
        let counted = Counted::Kept {
            units: (0..units).map(|_| Times::default()).collect(),
            begun: AtomicU32::new(0),
            most_keys,
        };
        Self::counting(seed, units, counted)
    }

    fn counting(seed: u64, units: usize, counted: Counted) -> Self {
        Self {
            seed,
            slots: RwLock::new(Slots::new()),
            claimed: AtomicUsize::new(0),
            counted,
            overtaken: (0..units).map(|_| Mutex::default()).collect(),
        }
    }

    /// A unit is begun, of which nothing was offered yet.
    pub fn begin(&self, unit: u32) {
        if let Some((begun, times)) = self.times(unit) {
            let now = begun.fetch_add(1, Ordering::AcqRel) + 1;
            times.begun.store(now, Ordering::Release);
        }
    }

    /// The unit doesn't count for units that are begun from now on, until it is settled.
    pub fn close(&self, unit: u32) {
        if let Some((begun, times)) = self.times(unit) {
            let next = begun.load(Ordering::Acquire) + 1;
            times.closed.fetch_min(next, Ordering::AcqRel);
        }
    }

    /// From now on, the unit counts for all: what was read of it is kept.
    pub fn settle(&self, unit: u32) {
        if let Some((_, times)) = self.times(unit) {
            times.closed.store(u32::MAX, Ordering::Release);
        }
    }

    /// From now on, the unit counts for none but itself: what was read of it isn't kept.
    pub fn lose(&self, unit: u32) {
        if let Some((_, times)) = self.times(unit) {
            times.closed.store(0, Ordering::Release);
        }
    }

    /// The unit's candidates are held back from now on, or no longer: whether they can be overtaken. They can if the filter
    /// counts all units.
    pub fn hold(&self, unit: u32, held: bool) {
        if let Some((_, times)) = self.times(unit) {
            times.held.store(held, Ordering::Release);
        }
    }

    /// How many units were begun, and a unit's times, if units are kept or lost.
    fn times(&self, unit: u32) -> Option<(&AtomicU32, &Times)> {
        let Counted::Kept { units, begun, .. } = &self.counted else {
            return None;
        };
        Some((begun, units.get(unit as usize)?))
    }

    /// Whether a unit's rows can be overtaken, as [`Self::overtaken`] tells.
    pub fn can_be_overtaken(&self, unit: u32) -> bool {
        match self.times(unit) {
            None => unit > 0,
            Some((_, times)) => times.held.load(Ordering::Acquire),
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
        let Some(slots) = self.claim(keys.len()) else {
            return self.look_up(unit, keys, keep);
        };
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
                Offered::Earlier(later) => self.note_overtaken((later, unit), *key),
                Offered::Seen(by) => return !self.counts(by, unit),
            }
            true
        }));
        self.claimed.fetch_sub(keys.len() - new, Ordering::Relaxed);
    }

    /// As [`Self::offer`], without remembering the keys.
    fn look_up(&self, unit: u32, keys: &[KeyHash], keep: &mut Vec<bool>) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        keep.clear();
        keep.extend(keys.iter().enumerate().map(|(index, key)| {
            if let Some(ahead) = keys.get(index + AHEAD) {
                slots.prefetch(*ahead);
            }
            let holder = slots.unit_of(*key);
            holder.is_none_or(|by| by > unit || !self.counts(by, unit))
        }));
    }

    /// Whether a row of `unit` can't be the first of its key because the unit `by` has it: the same one or an earlier one.
    pub fn counts(&self, by: u32, unit: u32) -> bool {
        let Counted::Kept { units, .. } = &self.counted else {
            return true;
        };
        if by == unit {
            return true;
        }
        let [by, unit] = [by, unit].map(|it| units.get(it as usize));
        by.zip(unit).is_some_and(|(by, unit)| {
            unit.begun.load(Ordering::Acquire) < by.closed.load(Ordering::Acquire)
        })
    }

    /// Notes that the unit `by` has overtaken a row of `unit`.
    fn note_overtaken(&self, (unit, by): (u32, u32), key: KeyHash) {
        if self.can_be_overtaken(unit)
            && self.counts(by, unit)
            && let Some(mut overtaken) = self.overtaken(unit)
        {
            overtaken.push(slots::tag(key));
        }
    }

    /// The unit's rows that might have been the first of their key until an earlier unit offered it: their keys, each once,
    /// in any order. Whoever takes keys out won't see them again. Other units' offers wait as long as this is held. `None` if
    /// there is no such unit.
    pub fn overtaken(&self, unit: u32) -> Option<MutexGuard<'_, Vec<KeyTag>>> {
        let overtaken = self.overtaken.get(unit as usize)?;
        Some(overtaken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The slots, grown if necessary, with slots claimed for this many more keys; `None` if no more are remembered.
    fn claim(&self, keys: usize) -> Option<RwLockReadGuard<'_, Slots>> {
        let claimed = self.claimed.fetch_add(keys, Ordering::Relaxed) + keys;
        if let Counted::Kept { most_keys, .. } = self.counted
            && claimed > most_keys
        {
            self.claimed.fetch_sub(keys, Ordering::Relaxed);
            return None;
        }
        loop {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            if self.claimed.load(Ordering::Relaxed) <= slots.limit() {
                return Some(slots);
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
