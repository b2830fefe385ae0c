//! The first-seen filter: which rows can't be first, known while they are read.

use std::sync::Mutex;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Shards of the map, a power of two. Each has a lock of its own; with a chunk's keys sorted by shard, a lock is taken
/// once for several keys, so that more shards cost locks and fewer make workers wait.
const SHARDS: usize = 64;
/// Slots of a new shard, a power of two.
const FIRST_SLOTS: usize = 64;
/// The unit of a slot that holds no key.
const FREE: u32 = u32::MAX;

/// For every key that any unit has offered, the smallest ordinal of a unit that has it.
///
/// Keys are known by 128 bits of a hash with a random seed, all of them kept and compared: for `n` distinct keys the
/// chance that any two clash, and a row is lost, is about `n² / 2¹²⁹` (for a billion keys 10⁻²¹). It is only a filter:
/// of the rows that it lets through, `unique` on the real values decides.
///
/// A shard takes 20 bytes a slot, and is between 3/8 and 3/4 full: 27 to 53 bytes a distinct key.
pub struct FirstSeen {
    seed: u64,
    shards: Vec<Mutex<Shard>>,
}

/// A key's hash.
pub type KeyHash = u128;

impl FirstSeen {
    /// An empty filter. The same seed gives the same hashes; the result of a job doesn't depend on it.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            shards: (0..SHARDS).map(|_| Mutex::new(Shard::new())).collect(),
        }
    }

    /// The hash of a key's bytes.
    pub fn hash(&self, key: &[u8]) -> KeyHash {
        xxh3_128_with_seed(key, self.seed)
    }

    /// Offers the keys of consecutive rows of a unit, and sets `keep[i]` for each row that may be the first of its key:
    /// no earlier unit has offered the key yet, nor has an earlier row of this unit.
    ///
    /// Since the filter remembers what a unit has offered, a unit must be offered once only. Units are below `u32::MAX`.
    pub fn offer(&self, unit: u32, keys: &[KeyHash], keep: &mut Vec<bool>, scratch: &mut Scratch) {
        keep.clear();
        keep.resize(keys.len(), false);
        scratch.sort(keys);
        for (shard, rows) in self.shards.iter().zip(scratch.runs()) {
            if rows.is_empty() {
                continue;
            }
            // A thread that panicked with the lock has left a shard in which every slot is whole.
            let mut shard = shard
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            shard.touch(keys, rows);
            for row in rows {
                keep[*row] = shard.offer(unit, keys[*row]);
            }
        }
    }
}

/// Room to sort the keys of a chunk by shard, kept from chunk to chunk.
#[derive(Default)]
pub struct Scratch {
    rows: Vec<usize>,
    starts: Vec<usize>,
}

impl Scratch {
    /// A counting sort that keeps the order of rows within a shard.
    fn sort(&mut self, keys: &[KeyHash]) {
        self.starts.clear();
        self.starts.resize(SHARDS + 1, 0);
        for key in keys {
            self.starts[shard_of(*key) + 1] += 1;
        }
        for shard in 0..SHARDS {
            self.starts[shard + 1] += self.starts[shard];
        }
        self.rows.clear();
        self.rows.resize(keys.len(), 0);
        let mut next = self.starts.clone();
        for (row, key) in keys.iter().enumerate() {
            let place = &mut next[shard_of(*key)];
            self.rows[*place] = row;
            *place += 1;
        }
    }

    fn runs(&self) -> impl Iterator<Item = &[usize]> {
        self.starts.windows(2).map(|run| &self.rows[run[0]..run[1]])
    }
}

/// Open addressing with linear probing; the arrays are apart so that a slot takes 20 bytes rather than 32.
struct Shard {
    keys: Vec<KeyHash>,
    units: Vec<u32>,
    used: usize,
}

impl Shard {
    fn new() -> Self {
        Self {
            keys: vec![0; FIRST_SLOTS],
            units: vec![FREE; FIRST_SLOTS],
            used: 0,
        }
    }

    /// Loads the first slot of every key, so that the cache misses of a run overlap instead of following each other.
    fn touch(&self, keys: &[KeyHash], rows: &[usize]) {
        let mask = self.keys.len() - 1;
        let mut sum = 0;
        for row in rows {
            let slot = slot_of(keys[*row], mask);
            sum ^= low_bits(self.keys[slot]) ^ u64::from(self.units[slot]);
        }
        std::hint::black_box(sum);
    }

    fn offer(&mut self, unit: u32, key: KeyHash) -> bool {
        let slot = self.find(key);
        let seen = self.units[slot];
        if seen <= unit {
            return false;
        }
        self.keys[slot] = key;
        self.units[slot] = unit;
        if seen == FREE {
            self.used += 1;
            if self.used * 4 > self.keys.len() * 3 {
                self.grow();
            }
        }
        true
    }

    /// The slot that holds the key, or the free one where it belongs.
    fn find(&self, key: KeyHash) -> usize {
        let mask = self.keys.len() - 1;
        let mut slot = slot_of(key, mask);
        while self.units[slot] != FREE && self.keys[slot] != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let slots = self.keys.len() * 2;
        let keys = std::mem::replace(&mut self.keys, vec![0; slots]);
        let units = std::mem::replace(&mut self.units, vec![FREE; slots]);
        for (key, unit) in keys.into_iter().zip(units) {
            if unit != FREE {
                let slot = self.find(key);
                self.keys[slot] = key;
                self.units[slot] = unit;
            }
        }
    }
}

/// The highest bits choose the shard, the lowest the slot.
fn shard_of(key: KeyHash) -> usize {
    usize::from((key >> 120) as u8) % SHARDS
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits of a hash are what is wanted"
)]
fn low_bits(key: KeyHash) -> u64 {
    key as u64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits of a hash are what is wanted"
)]
fn slot_of(key: KeyHash, mask: usize) -> usize {
    low_bits(key) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(filter: &FirstSeen, unit: u32, keys: &[u64]) -> Vec<bool> {
        let hashes: Vec<_> = keys
            .iter()
            .map(|key| filter.hash(&key.to_le_bytes()))
            .collect();
        let mut keep = Vec::new();
        filter.offer(unit, &hashes, &mut keep, &mut Scratch::default());
        keep
    }

    fn distinct(filter: &FirstSeen) -> usize {
        filter
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().used)
            .sum()
    }

    #[test]
    fn drops_a_row_only_if_its_key_stands_at_an_earlier_place() {
        let filter = FirstSeen::new(7);
        assert_eq!(offer(&filter, 5, &[1, 2, 1]), [true, true, false]);
        assert_eq!(offer(&filter, 5, &[2, 3]), [false, true]);
        assert_eq!(offer(&filter, 9, &[1, 4]), [false, true], "a later unit");
        assert_eq!(
            offer(&filter, 2, &[1, 1, 4]),
            [true, false, true],
            "an earlier unit"
        );
        assert_eq!(
            offer(&filter, 5, &[1]),
            [false],
            "the earlier unit has it now"
        );
        assert_eq!(distinct(&filter), 4);
    }

    #[test]
    fn remembers_every_key_while_it_grows() {
        let filter = FirstSeen::new(11);
        let keys: Vec<u64> = (0..100_000).collect();
        assert!(
            keys.chunks(1000)
                .all(|chunk| offer(&filter, 1, chunk).iter().all(|keep| *keep))
        );
        assert_eq!(distinct(&filter), keys.len());
        assert!(
            keys.chunks(999)
                .all(|chunk| offer(&filter, 1, chunk).iter().all(|keep| !*keep))
        );
        assert!(
            keys.chunks(999)
                .all(|chunk| offer(&filter, 0, chunk).iter().all(|keep| *keep))
        );
    }
}
