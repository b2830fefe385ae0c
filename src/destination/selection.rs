//! Which staged rows are candidates.

use super::NullKeys;
use super::column::Column;
use crate::distinct::{FirstSeen, KeyHash, Scratch};
use std::sync::Arc;

/// What the rows of a unit are filtered by.
#[derive(Clone)]
pub(crate) struct Filter {
    /// Indices of the key columns.
    pub key: Vec<usize>,
    pub null_keys: NullKeys,
    /// `None` with `--exact`: every row goes on.
    pub first_seen: Option<Arc<FirstSeen>>,
}

/// Rows of a chunk that are no candidates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Drops {
    pub by_filter: u64,
    pub by_null_key: u64,
}

/// Where a key is NULL that may not be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NullKey {
    /// Row of the chunk.
    pub row: usize,
    pub column: usize,
}

/// Selects the candidates of one unit, chunk after chunk in row order.
pub(super) struct Selector {
    unit: u32,
    filter: Filter,
    /// The candidates of the last chunk, ascending.
    rows: Vec<usize>,
    hashes: Vec<KeyHash>,
    /// Rows of the chunk that `hashes` belong to: those whose key is not NULL.
    hashed: Vec<usize>,
    keep: Vec<bool>,
    key: Vec<u8>,
    scratch: Scratch,
}

impl Selector {
    pub fn new(unit: u32, filter: Filter) -> Self {
        Self {
            unit,
            filter,
            rows: Vec::new(),
            hashes: Vec::new(),
            hashed: Vec::new(),
            keep: Vec::new(),
            key: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// The candidates of the last chunk, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Selects the candidates among a chunk's rows, each of which is offered to the filter once.
    pub fn select(&mut self, chunk: &[Column]) -> Result<Drops, NullKey> {
        self.rows.clear();
        self.hashed.clear();
        self.hashes.clear();
        let mut drops = Drops::default();
        for row in 0..chunk.first().map_or(0, Column::len) {
            match self.null_part(chunk, row) {
                Some(column) => self.take_null_key(NullKey { row, column }, &mut drops)?,
                None => self.take_key(chunk, row),
            }
        }
        drops.by_filter = self.ask_filter();
        Ok(drops)
    }

    fn null_part(&self, chunk: &[Column], row: usize) -> Option<usize> {
        let is_null = |column: &&usize| chunk[**column].is_null(row);
        self.filter.key.iter().find(is_null).copied()
    }

    fn take_null_key(&mut self, at: NullKey, drops: &mut Drops) -> Result<(), NullKey> {
        match self.filter.null_keys {
            NullKeys::Error => return Err(at),
            NullKeys::Drop => drops.by_null_key += 1,
            NullKeys::Keep => self.rows.push(at.row),
        }
        Ok(())
    }

    fn take_key(&mut self, chunk: &[Column], row: usize) {
        let Some(first_seen) = &self.filter.first_seen else {
            return self.rows.push(row);
        };
        let hash = if let [column] = self.filter.key[..] {
            chunk[column].with_bytes(row, |bytes| first_seen.hash(bytes))
        } else {
            write_key(&self.filter.key, chunk, row, &mut self.key);
            first_seen.hash(&self.key)
        };
        self.hashes.push(hash);
        self.hashed.push(row);
    }

    /// Adds the rows that the filter lets through, and counts those that it drops.
    fn ask_filter(&mut self) -> u64 {
        let Some(first_seen) = &self.filter.first_seen else {
            return 0;
        };
        first_seen.offer(self.unit, &self.hashes, &mut self.keep, &mut self.scratch);
        let null_keys = self.rows.len();
        let kept = self.hashed.iter().zip(&self.keep);
        self.rows
            .extend(kept.filter_map(|(row, keep)| keep.then_some(*row)));
        if null_keys > 0 {
            self.rows.sort_unstable();
        }
        (self.hashed.len() - (self.rows.len() - null_keys)) as u64
    }
}

/// Several parts, each behind its length, so that no two keys read the same.
fn write_key(columns: &[usize], chunk: &[Column], row: usize, key: &mut Vec<u8>) {
    key.clear();
    for column in columns {
        chunk[*column].with_bytes(row, |bytes| {
            key.extend_from_slice(&bytes.len().to_le_bytes());
            key.extend_from_slice(bytes);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::carrier::Carried;
    use super::*;
    use arrow::datatypes::DataType;

    fn column(values: &[Option<&str>]) -> Column {
        let mut column = Column::new(&DataType::Utf8);
        for value in values {
            match value {
                Some(value) => column.push(Carried::Text(value)).unwrap(),
                None => column.push_null(),
            }
        }
        column
    }

    fn selector(null_keys: NullKeys, exact: bool) -> Selector {
        let first_seen = (!exact).then(|| Arc::new(FirstSeen::new(3)));
        Selector::new(
            0,
            Filter {
                key: vec![0, 1],
                null_keys,
                first_seen,
            },
        )
    }

    #[test]
    fn parts_of_a_key_are_kept_apart_and_a_null_part_makes_the_key_null() {
        let chunk = [
            column(&[Some("ab"), Some("a"), None, Some("ab"), None]),
            column(&[Some("c"), Some("bc"), Some("c"), Some("c"), Some("c")]),
        ];
        let mut dropping = selector(NullKeys::Drop, false);
        assert_eq!(
            dropping.select(&chunk),
            Ok(Drops {
                by_filter: 1,
                by_null_key: 2
            })
        );
        assert_eq!(dropping.rows(), [0, 1]);
        let mut keeping = selector(NullKeys::Keep, false);
        assert_eq!(
            keeping.select(&chunk),
            Ok(Drops {
                by_filter: 1,
                by_null_key: 0
            })
        );
        assert_eq!(keeping.rows(), [0, 1, 2, 4]);
        let mut exact = selector(NullKeys::Keep, true);
        assert_eq!(exact.select(&chunk), Ok(Drops::default()));
        assert_eq!(exact.rows(), [0, 1, 2, 3, 4]);
        let mut strict = selector(NullKeys::Error, false);
        assert_eq!(strict.select(&chunk), Err(NullKey { row: 2, column: 0 }));
    }
}
