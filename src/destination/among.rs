//! The rows that are fetched again, found by their locators in whatever order they arrive.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The rows that are wanted, by the bytes of their locators. All other rows are dropped.
#[derive(Debug)]
pub(crate) struct Among {
    /// Index of the first column of the locator; the others follow it.
    first: usize,
    parts: usize,
    /// The locators of the wanted rows, one after another, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The places of the wanted rows by locator. Made when rows arrive in another order than they were wanted.
    places: OnceLock<HashMap<Box<[u8]>, u32>>,
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
            places: OnceLock::new(),
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
        let places = self.places.get_or_init(|| {
            let places = (0..).take(self.ends.len());
            let locators = places.filter_map(|place| Some((self.locator(place)?.into(), place)));
            locators.collect()
        });
        places.get(locator).copied()
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

/// Tells of rows, one after another, whether they are wanted: for a source that doesn't have to read the cells of others.
pub(crate) struct Wants {
    among: Arc<Among>,
    /// The place of the last row that was wanted.
    before: Option<u32>,
    locator: Vec<u8>,
    cell: Vec<u8>,
}

impl Wants {
    pub(super) fn new(among: Arc<Among>) -> Self {
        Self {
            among,
            before: None,
            locator: Vec::new(),
            cell: Vec::new(),
        }
    }

    /// Whether the next row is wanted. `read` adds the bytes of its cell in a column, none for NULL.
    pub fn row<E>(
        &mut self,
        mut read: impl FnMut(usize, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<bool, E> {
        self.locator.clear();
        for column in self.among.columns() {
            self.cell.clear();
            read(column, &mut self.cell)?;
            add_part(&mut self.locator, &self.cell);
        }
        let place = self.among.place_after(self.before, &self.locator);
        self.before = place.or(self.before);
        Ok(place.is_some())
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

    #[test]
    fn rows_are_wanted_or_not_by_their_locators_alone() {
        let mut among = Among::new(2, 2);
        for locator in [["a", "1"], ["b", ""], ["d", "1"]] {
            among.want(locator.map(str::as_bytes));
        }
        let mut wants = Wants::new(Arc::new(among));
        let mut row = |locator: [&str; 2]| {
            let mut read = Vec::new();
            let wanted = wants.row(|column, cell| {
                read.push(column);
                cell.extend_from_slice(locator[column - 2].as_bytes());
                Ok::<_, ()>(())
            });
            assert_eq!(read, [2, 3], "no other cell is read");
            wanted.unwrap()
        };
        // In their order, with others in between, and again in another order.
        for (locator, wanted) in [
            (["a", ""], false),
            (["a", "1"], true),
            (["b", ""], true),
            (["c", "1"], false),
            (["d", "1"], true),
            (["a", "1"], true),
            (["1", "a"], false),
        ] {
            assert_eq!(row(locator), wanted, "{locator:?}");
        }
        assert_eq!(wants.row(|_, _| Err("unreadable")), Err("unreadable"));
    }
}
