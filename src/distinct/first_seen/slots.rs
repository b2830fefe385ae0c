//! The first-seen filter's slots: open addressing without locks, in buckets of one cache line.

use super::{KeyHash, KeyTag, memory};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;

/// Slots per bucket: as many as a cache line holds.
const BUCKET_SLOTS: usize = 3;
/// Buckets in an empty filter: 64 KiB.
const FIRST_BUCKETS: usize = 1024;
/// Percentage of used slots at which the slots grow: beyond it, too many keys are outside their first bucket.
const MAX_USED_PERCENT: usize = 76;
/// After growing by 3/2, 51% of the slots are used, so that a key takes at most 42 bytes.
const GROWTH: (usize, usize) = (3, 2);

/// A slot without a key.
const FREE: u32 = 0;
/// A slot whose key is being written.
const BUSY: u32 = 1;
/// What is added to a unit's ordinal.
const FIRST_UNIT: u32 = 2;

/// The result of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    /// No unit had the key.
    New,
    /// Only later units had the key; this was the smallest of them.
    Earlier(u32),
    /// This unit, the smallest that has the key, had it: the offering one or an earlier one.
    Seen(u32),
}

/// Three slots in one cache line. A hash is written once, while its slot is [`BUSY`], and never changes. Units only decrease.
#[repr(align(64))]
#[derive(Default)]
struct Bucket {
    hashes: [[AtomicU64; 2]; BUCKET_SLOTS],
    units: [AtomicU32; BUCKET_SLOTS],
}

pub(super) struct Slots {
    buckets: Vec<Bucket>,
}

impl Slots {
    pub fn new() -> Self {
        Self::with_buckets(FIRST_BUCKETS)
    }

    fn with_buckets(count: usize) -> Self {
        let mut buckets = Vec::with_capacity(count);
        memory::advise_large_pages(buckets.spare_capacity_mut());
        buckets.resize_with(count, Bucket::default);
        Self { buckets }
    }

    /// How many slots can be used before they have to grow. Never all of them: a search ends at a free slot.
    pub fn limit(&self) -> usize {
        self.buckets.len() * BUCKET_SLOTS * MAX_USED_PERCENT / 100
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.buckets.len() * size_of::<Bucket>()
    }

    /// Prefetches the buckets of a key that will be offered soon.
    #[inline]
    pub fn prefetch(&self, key: KeyHash) {
        let home = self.home(tag(key));
        memory::prefetch(&self.buckets[home]);
        memory::prefetch(&self.buckets[self.after(home)]);
    }

    /// Offers a unit's key, and keeps the key's smallest unit.
    pub fn offer(&self, unit: u32, key: KeyHash) -> Offered {
        let mut bucket = self.home(tag(key));
        loop {
            for slot in 0..BUCKET_SLOTS {
                if let Some(offered) = self.buckets[bucket].offer(slot, unit + FIRST_UNIT, key) {
                    return offered;
                }
            }
            bucket = self.after(bucket);
        }
    }

    /// The smallest unit that has offered a key, if any has.
    pub fn unit_of(&self, key: KeyHash) -> Option<u32> {
        let mut bucket = self.home(tag(key));
        loop {
            for slot in 0..BUCKET_SLOTS {
                match self.buckets[bucket].held(slot) {
                    None => return None,
                    Some((unit, held)) if held == key => return Some(unit - FIRST_UNIT),
                    Some(_) => {}
                }
            }
            bucket = self.after(bucket);
        }
    }

    /// The bucket where the search for a key begins: its tag as a fraction of the number of buckets, which doesn't need to be
    /// a power of two.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below the number of buckets, since the fraction is below one"
    )]
    fn home(&self, tag: KeyTag) -> usize {
        let buckets = self.buckets.len() as u128;
        ((u128::from(tag) * buckets) >> 64) as usize
    }

    fn after(&self, bucket: usize) -> usize {
        if bucket + 1 == self.buckets.len() {
            0
        } else {
            bucket + 1
        }
    }

    /// Moves the keys into more slots. Goes through the buckets in order, so that memory is read and written in order too.
    pub fn grow(&mut self) {
        let grown = Self::with_buckets(self.buckets.len() * GROWTH.0 / GROWTH.1);
        for bucket in &self.buckets {
            for (unit, key) in bucket.used() {
                grown.offer(unit - FIRST_UNIT, key);
            }
        }
        *self = grown;
    }
}

impl Bucket {
    /// Offers the key to one slot; `None` if the slot holds another key.
    fn offer(&self, slot: usize, unit: u32, key: KeyHash) -> Option<Offered> {
        let holder = &self.units[slot];
        let mut seen = holder.load(Ordering::Acquire);
        if seen == FREE {
            match holder.compare_exchange(FREE, BUSY, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    self.write(slot, key);
                    holder.store(unit, Ordering::Release);
                    return Some(Offered::New);
                }
                Err(taken) => seen = taken,
            }
        }
        if seen == BUSY {
            seen = self.written(slot);
        }
        if self.key(slot) != key {
            return None;
        }
        if seen <= unit {
            return Some(Offered::Seen(seen - FIRST_UNIT));
        }
        let before = holder.fetch_min(unit, Ordering::Relaxed);
        if before <= unit {
            return Some(Offered::Seen(before - FIRST_UNIT));
        }
        Some(Offered::Earlier(before - FIRST_UNIT))
    }

    /// A slot's unit, and its key; `None` if it is free.
    fn held(&self, slot: usize) -> Option<(u32, KeyHash)> {
        match self.units[slot].load(Ordering::Acquire) {
            FREE => None,
            BUSY => Some((self.written(slot), self.key(slot))),
            unit => Some((unit, self.key(slot))),
        }
    }

    /// A slot's unit, once another thread has written its key.
    fn written(&self, slot: usize) -> u32 {
        loop {
            match self.units[slot].load(Ordering::Acquire) {
                // The other thread is two stores away from writing the key, unless it was suspended right here.
                BUSY => thread::yield_now(),
                unit => return unit,
            }
        }
    }

    fn key(&self, slot: usize) -> KeyHash {
        let [low, high] = &self.hashes[slot];
        KeyHash::from(low.load(Ordering::Relaxed))
            | KeyHash::from(high.load(Ordering::Relaxed)) << 64
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the hash is split into its two halves"
    )]
    fn write(&self, slot: usize, key: KeyHash) {
        let [low, high] = &self.hashes[slot];
        low.store(key as u64, Ordering::Relaxed);
        high.store((key >> 64) as u64, Ordering::Relaxed);
    }

    fn used(&self) -> impl Iterator<Item = (u32, KeyHash)> {
        let unit = |slot: usize| self.units[slot].load(Ordering::Relaxed);
        let used = (0..BUCKET_SLOTS).map(move |slot| (unit(slot), self.key(slot)));
        used.filter(|(unit, _)| *unit != FREE)
    }
}

/// The upper half of a key's hash.
pub(super) fn tag(key: KeyHash) -> KeyTag {
    (key >> 64) as KeyTag
}
