//! What the result must be, said in the most naive way.

use super::table::Row;
use super::value::Value;
use std::collections::HashSet;

/// What `--null-keys` says of rows whose key is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullKeys {
    Error,
    Drop,
    Keep,
}

/// Of each key, the row that comes first in table order. `key` holds places of columns.
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
