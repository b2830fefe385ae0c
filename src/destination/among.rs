//! The rows that are fetched again, found by their locators in whatever order they arrive.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The rows that are wanted, by the bytes of their locators. All other rows are dropped.
#[derive(Debug)]
pub(crate) struct Among {
    /// Index of the first column of the locator; the others follow it.
    first: usize,
    parts: usize,
    /// The locators of the wanted rows, one after another, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The places of the wanted rows, sorted by locator. Made when rows arrive in another order than they were wanted.
    sorted: OnceLock<Vec<u32>>,
    arrived: Mutex<Vec<u32>>,
}

impl Among {
    /// A locator has this many parts, in columns that follow each other.
    pub fn new(first: usize, parts: usize) -> Self {
        Self {
            first,
            parts,
            bytes: Vec::new(),
            ends: Vec::new(),
            sorted: OnceLock::new(),
            arrived: Mutex::default(),
        }
    }

    /// Wants a row, whose place is the number of rows that were wanted before it.
    pub fn want<'a>(&mut self, locator: impl IntoIterator<Item = &'a [u8]>) {
        add_parts(&mut self.bytes, locator);
        self.ends.push(self.bytes.len());
    }

    /// The place of the wanted row with this locator.
    pub fn place<'a>(&self, locator: impl IntoIterator<Item = &'a [u8]>) -> Option<u32> {
        let mut bytes = Vec::new();
        add_parts(&mut bytes, locator);
        self.find(&bytes)
    }

    /// The places of the wanted rows that have arrived, in the order in which they did.
    pub fn arrived(&self) -> MutexGuard<'_, Vec<u32>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The columns of the locator.
    pub(super) fn columns(&self) -> Range<usize> {
        self.first..self.first + self.parts
    }

    /// The place of the row that has arrived with this locator, if it is wanted. `before` is the place of the one before it: most
    /// rows arrive in the order in which they were wanted.
    pub(super) fn place_after(&self, before: Option<u32>, locator: &[u8]) -> Option<u32> {
        let next = before.map_or(0, |before| before + 1);
        if self.locator(next) == Some(locator) {
            return Some(next);
        }
        self.find(locator)
    }

    fn find(&self, locator: &[u8]) -> Option<u32> {
        let sorted = self.sorted.get_or_init(|| {
            let mut places: Vec<u32> = (0..).take(self.ends.len()).collect();
            places.sort_unstable_by_key(|place| self.locator(*place));
            places
        });
        let found = sorted.binary_search_by_key(&Some(locator), |place| self.locator(*place));
        found.ok().map(|found| sorted[found])
    }

    fn locator(&self, place: u32) -> Option<&[u8]> {
        let place = place as usize;
        let end = self.ends.get(place)?;
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        self.bytes.get(start.copied().unwrap_or(0)..*end)
    }
}

fn add_parts<'a>(bytes: &mut Vec<u8>, parts: impl IntoIterator<Item = &'a [u8]>) {
    for part in parts {
        add_part(bytes, part);
    }
}

/// Adds a part after its length, so that different values of several parts never have the same bytes.
pub(super) fn add_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&part.len().to_le_bytes());
    bytes.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_after(among: &Among, before: Option<u32>, parts: [&str; 2]) -> Option<u32> {
        let mut bytes = Vec::new();
        add_parts(&mut bytes, parts.map(str::as_bytes));
        among.place_after(before, &bytes)
    }

    #[test]
    fn rows_are_found_in_whatever_order_they_arrive() {
        let mut among = Among::new(3, 2);
        let wanted = [["b", "1"], ["a", "2"], ["ab", ""], ["a", "b"], ["", "ab"]];
        for locator in wanted {
            among.want(locator.map(str::as_bytes));
        }
        for (place, locator) in (0_u32..).zip(wanted) {
            for before in [None, Some(0), Some(2), Some(4), place.checked_sub(1)] {
                assert_eq!(place_after(&among, before, locator), Some(place));
            }
            assert_eq!(among.place(locator.map(str::as_bytes)), Some(place));
        }
        for other in [["", ""], ["a", "1"], ["b1", ""], ["", "b1"], ["c", "1"]] {
            assert_eq!(place_after(&among, Some(1), other), None, "{other:?}");
        }
        assert_eq!(among.columns(), 3..5);
    }
}
