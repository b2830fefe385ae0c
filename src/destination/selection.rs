//! Which staged rows are candidates.

use super::among::{Among, add_part};
use super::column::Column;
use super::overtaken::NO_KEY;
use super::{InvalidDates, NullKeys};
use crate::distinct::{FirstSeen, KeyHash, KeyTag};
use crate::{Error, ErrorKind};
use arrow::datatypes::Schema;
use std::sync::Arc;

/// How a unit's rows are filtered.
#[derive(Clone)]
pub(crate) struct Filter {
    /// Indices of the key columns.
    pub key: Vec<usize>,
    pub null_keys: NullKeys,
    pub invalid_dates: InvalidDates,
    /// `None` with `--exact`: every row is a candidate.
    pub first_seen: Option<Arc<FirstSeen>>,
    /// If rows are fetched again, which. Nothing else is then asked about a row.
    pub among: Option<Arc<Among>>,
}

/// A chunk's rows that aren't candidates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Drops {
    pub by_filter: u64,
    pub by_null_key: u64,
}

/// Where a key is NULL but must not be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NullKey {
    /// Row of the chunk.
    pub row: usize,
    pub column: usize,
}

impl NullKey {
    /// The error with which the job fails. `rows_before` are the unit's rows before the chunk.
    pub fn refused(&self, schema: &Schema, rows_before: u64) -> Error {
        let name = schema.field(self.column).name();
        let row = rows_before + self.row as u64 + 1;
        Error::new(ErrorKind::Value, format!("the key column {name} is NULL"))
            .in_row(row, None)
            .in_column(name)
            .advise(
                "use --null-keys drop to leave such rows out, or --null-keys keep to write every one of them",
            )
    }
}

/// A chunk of consecutive rows, whose keys can be read.
pub(super) trait Keys {
    fn rows(&self) -> usize;

    /// The bytes by which a key column's cell compares, `None` for NULL. Different values have different bytes.
    fn with_cell<R>(
        &self,
        row: usize,
        column: usize,
        use_cell: impl FnOnce(Option<&[u8]>) -> R,
    ) -> R;
}

impl Keys for [Column] {
    fn rows(&self) -> usize {
        self.first().map_or(0, Column::len)
    }

    fn with_cell<R>(
        &self,
        row: usize,
        column: usize,
        use_cell: impl FnOnce(Option<&[u8]>) -> R,
    ) -> R {
        let column = &self[column];
        if column.is_null(row) {
            use_cell(None)
        } else {
            column.with_bytes(row, |bytes| use_cell(Some(bytes)))
        }
    }
}

/// Selects one unit's candidates, chunk after chunk in row order.
pub(super) struct Selector {
    unit: u32,
    filter: Filter,
    /// Whether another unit can overtake this one when its first row is read: then each candidate has a tag.
    is_tagged: bool,
    /// The candidates of the last chunk, ascending.
    rows: Vec<usize>,
    /// By candidate, how the filter finds its key again; empty if no unit can overtake this one.
    tags: Vec<KeyTag>,
    hashes: Vec<KeyHash>,
    /// The chunk's rows that `hashes` belong to: those whose key isn't NULL.
    hashed: Vec<usize>,
    keep: Vec<bool>,
    key: Vec<u8>,
}

impl Selector {
    pub fn new(unit: u32, filter: Filter) -> Self {
        let first_seen = filter.first_seen.as_ref();
        Self {
            unit,
            is_tagged: first_seen.is_some_and(|it| it.can_be_overtaken(unit)),
            filter,
            rows: Vec::new(),
            tags: Vec::new(),
            hashes: Vec::new(),
            hashed: Vec::new(),
            keep: Vec::new(),
            key: Vec::new(),
        }
    }

    /// The candidates of the last chunk, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// By candidate of the last chunk, how the filter finds its key again; empty if no unit can overtake this one.
    pub fn tags(&self) -> &[KeyTag] {
        &self.tags
    }

    /// Selects the candidates among a chunk's rows, each of which is offered to the filter once.
    pub fn select(&mut self, chunk: &(impl Keys + ?Sized)) -> Result<Drops, NullKey> {
        self.rows.clear();
        self.tags.clear();
        self.hashed.clear();
        self.hashes.clear();
        if let Some(among) = self.filter.among.clone() {
            return Ok(self.select_among(chunk, &among));
        }
        let mut drops = Drops::default();
        for row in 0..chunk.rows() {
            match self.hash(chunk, row) {
                Ok(hash) => self.take_key(row, hash),
                Err(column) => self.take_null_key(NullKey { row, column }, &mut drops)?,
            }
        }
        drops.by_filter = self.ask_filter();
        Ok(drops)
    }

    fn select_among(&mut self, chunk: &(impl Keys + ?Sized), among: &Among) -> Drops {
        let mut arrived = among.arrived();
        for row in 0..chunk.rows() {
            self.key.clear();
            for column in among.columns() {
                chunk.with_cell(row, column, |cell| {
                    add_part(&mut self.key, cell.unwrap_or_default());
                });
            }
            if let Some(place) = among.place_after(arrived.last().copied(), &self.key) {
                self.rows.push(row);
                arrived.push(place);
            }
        }
        Drops {
            by_filter: (chunk.rows() - self.rows.len()) as u64,
            by_null_key: 0,
        }
    }

    /// The hash of a row's key, or the first key column that is NULL.
    fn hash(&mut self, chunk: &(impl Keys + ?Sized), row: usize) -> Result<KeyHash, usize> {
        let first_seen = self.filter.first_seen.as_deref();
        let hash = |bytes: &[u8]| first_seen.map_or(0, |first_seen| first_seen.hash(bytes));
        if let [column] = self.filter.key[..] {
            return chunk.with_cell(row, column, |cell| cell.map(hash).ok_or(column));
        }
        self.key.clear();
        for column in &self.filter.key {
            let has_value = chunk.with_cell(row, *column, |cell| {
                cell.map(|bytes| add_part(&mut self.key, bytes)).is_some()
            });
            if !has_value {
                return Err(*column);
            }
        }
        Ok(hash(&self.key))
    }

    fn take_null_key(&mut self, at: NullKey, drops: &mut Drops) -> Result<(), NullKey> {
        match self.filter.null_keys {
            NullKeys::Error => return Err(at),
            NullKeys::Drop => drops.by_null_key += 1,
            NullKeys::Keep => self.rows.push(at.row),
        }
        Ok(())
    }

    fn take_key(&mut self, row: usize, hash: KeyHash) {
        if self.filter.first_seen.is_none() {
            return self.rows.push(row);
        }
        self.hashes.push(hash);
        self.hashed.push(row);
    }

    /// Adds the rows that the filter lets through, and counts those that it drops.
    fn ask_filter(&mut self) -> u64 {
        let Some(first_seen) = &self.filter.first_seen else {
            return 0;
        };
        first_seen.offer(self.unit, &self.hashes, &mut self.keep);
        let null_keys = self.rows.len();
        if self.is_tagged {
            self.tags.resize(null_keys, NO_KEY);
        }
        let hashed = self.hashed.iter().zip(&self.hashes).zip(&self.keep);
        for ((row, hash), _) in hashed.filter(|(_, keep)| **keep) {
            self.rows.push(*row);
            if self.is_tagged {
                self.tags.push(FirstSeen::tag(*hash));
            }
        }
        if null_keys > 0 {
            sort(&mut self.rows, &mut self.tags);
        }
        (self.hashed.len() - (self.rows.len() - null_keys)) as u64
    }
}

/// Sorts the rows, and their tags with them if there are any.
fn sort(rows: &mut [usize], tags: &mut Vec<KeyTag>) {
    let mut tagged: Vec<_> = rows.iter().copied().zip(tags.drain(..)).collect();
    tagged.sort_unstable();
    tags.extend(tagged.into_iter().map(|(_, tag)| tag));
    rows.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::*;
    use arrow::datatypes::DataType;

    fn column(values: &[Option<&str>]) -> Column {
        let mut column = Column::new(&DataType::Utf8);
        for value in values {
            match value {
                Some(value) => column.push(&Decoder::Text, value.as_bytes()).unwrap(),
                None => column.push_null(),
            }
        }
        column
    }

    fn selector(unit: u32, null_keys: NullKeys, exact: bool) -> Selector {
        let first_seen = (!exact).then(|| Arc::new(FirstSeen::new(3, 2)));
        Selector::new(
            unit,
            Filter {
                key: vec![0, 1],
                null_keys,
                invalid_dates: InvalidDates::Error,
                first_seen,
                among: None,
            },
        )
    }

    #[test]
    fn a_candidate_has_its_keys_tag_unless_the_key_is_null() {
        let chunk = [
            column(&[None, Some("a"), Some("a"), None, Some("b")]),
            column(&[Some("x"), Some("x"), Some("x"), Some("x"), Some("x")]),
        ];
        let mut selector = selector(0, NullKeys::Keep, false);
        selector.select(&chunk[..]).unwrap();
        assert_eq!(selector.rows(), [0, 1, 3, 4]);
        assert!(
            selector.tags().is_empty(),
            "nothing overtakes the first unit"
        );
        let mut selector = self::selector(1, NullKeys::Keep, false);
        selector.select(&chunk[..]).unwrap();
        assert_eq!(selector.rows(), [0, 1, 3, 4]);
        let &[NO_KEY, first, NO_KEY, second] = selector.tags() else {
            panic!("{:?}", selector.tags());
        };
        assert!(first != NO_KEY && second != NO_KEY && first != second);
    }

    #[test]
    fn parts_of_a_key_are_kept_apart_and_a_null_part_makes_the_key_null() {
        let chunk = [
            column(&[Some("ab"), Some("a"), None, Some("ab"), None]),
            column(&[Some("c"), Some("bc"), Some("c"), Some("c"), Some("c")]),
        ];
        let mut dropping = selector(0, NullKeys::Drop, false);
        assert_eq!(
            dropping.select(&chunk[..]),
            Ok(Drops {
                by_filter: 1,
                by_null_key: 2
            })
        );
        assert_eq!(dropping.rows(), [0, 1]);
        let mut keeping = selector(0, NullKeys::Keep, false);
        assert_eq!(
            keeping.select(&chunk[..]),
            Ok(Drops {
                by_filter: 1,
                by_null_key: 0
            })
        );
        assert_eq!(keeping.rows(), [0, 1, 2, 4]);
        let mut exact = selector(0, NullKeys::Keep, true);
        assert_eq!(exact.select(&chunk[..]), Ok(Drops::default()));
        assert_eq!(exact.rows(), [0, 1, 2, 3, 4]);
        let mut strict = selector(0, NullKeys::Error, false);
        assert_eq!(
            strict.select(&chunk[..]),
            Err(NullKey { row: 2, column: 0 })
        );
    }
}
