//! The rows that are fetched again, found by their locators in whatever order they arrive.

use std::collections::HashMap;

/// The rows that are wanted, by the bytes of their locators. All other rows are dropped.
#[derive(Debug, Default)]
pub(crate) struct Among {
    /// Index of the first column of the locator; the others follow it.
    first: usize,
    parts: usize,
    places: HashMap<Vec<u8>, u32>,
}

impl Among {
    /// A locator has this many parts, in columns that follow each other.
    pub fn new(first: usize, parts: usize) -> Self {
        Self {
            first,
            parts,
            places: HashMap::new(),
        }
    }

    /// Wants a row. Returns whether no other row has this locator.
    pub fn want(&mut self, locator: Vec<u8>) -> bool {
        let place = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.insert(locator, place).is_none()
    }

    /// Which of the wanted rows has this locator, counted in the order in which they were wanted.
    pub fn place(&self, locator: &[u8]) -> Option<u32> {
        self.places.get(locator).copied()
    }

    /// The columns of the locator.
    pub(super) fn columns(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.parts
    }
}

/// Adds a part after its length, so that different values of several parts never have the same bytes.
pub(crate) fn add_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&part.len().to_le_bytes());
    bytes.extend_from_slice(part);
}
