//! The rows that are fetched again, found by their locators in whatever order they arrive.

use std::collections::HashMap;

/// The rows that are wanted, by the bytes of their locators. All other rows are dropped.
#[derive(Debug)]
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

    /// Wants a row.
    pub fn want(&mut self, locator: Vec<u8>) {
        let place = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.insert(locator, place);
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

/// The bytes of a locator of these parts.
pub(crate) fn locator_bytes<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        add_part(&mut bytes, part);
    }
    bytes
}

/// Adds a part after its length, so that different values of several parts never have the same bytes.
pub(super) fn add_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&part.len().to_le_bytes());
    bytes.extend_from_slice(part);
}
