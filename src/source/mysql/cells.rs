//! Cells of the catalog's answers.

use super::super::TextRow;

/// Engines whose rows a transaction sees as they were when it began.
const VERSIONED: [&str; 2] = ["innodb", "rocksdb"];

pub(super) fn text(row: &TextRow, index: usize) -> String {
    row.get(index).cloned().flatten().unwrap_or_default()
}

pub(super) fn number(row: &TextRow, index: usize) -> Option<u64> {
    row.get(index)?.as_ref()?.parse().ok()
}

pub(super) fn is_versioned(engine: &str) -> bool {
    VERSIONED.contains(&engine.to_ascii_lowercase().as_str())
}
