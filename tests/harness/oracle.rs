//! The expected result, calculated in the most naive way.

use super::table::Row;
use super::value::Value;
use std::collections::HashSet;

/// How `--null-keys` handles rows whose key is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullKeys {
    Error,
    Drop,
    Keep,
}

/// For each key, the row that comes first in table order. `key` holds the positions of the key columns.
pub fn keep_first(tables: &[Vec<Row>], key: &[usize], null_keys: NullKeys) -> Vec<Row> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for row in tables.iter().flatten() {
        let key: Vec<&Value> = key.iter().map(|place| &row[*place]).collect();
        if key.contains(&&Value::Null) {
            kept.extend((null_keys == NullKeys::Keep).then(|| row.clone()));
        } else if seen.insert(format!("{key:?}")) {
            kept.push(row.clone());
        }
    }
    kept
}
