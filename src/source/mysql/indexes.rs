//! Which of a table's indexes can be used for ranges, and which ones rows are sampled with.

use super::super::Index;

/// A column of an index. The catalog's rows come grouped by index, in the order of its columns.
pub(super) struct IndexPart {
    pub index: String,
    /// `None` for an expression.
    pub column: Option<String>,
    pub unique: bool,
    /// Whether the index is a B-tree, and has the whole value rather than a prefix.
    pub whole: bool,
}

/// True for one entry in `{}`, the same ones each time.
pub(super) const LOTTERY: &str = "RAND(7) * {} < 1";

pub(super) fn primary_key(parts: &[IndexPart]) -> Vec<String> {
    let parts = parts.iter().filter(|part| part.index == "PRIMARY");
    parts.filter_map(|part| part.column.clone()).collect()
}

/// Returns the usable indexes by their first columns.
pub(super) fn leading(parts: &[IndexPart]) -> Vec<Index> {
    let indexes = parts.chunk_by(|one, other| one.index == other.index);
    let serves = |parts: &[IndexPart]| {
        let first = parts.first().filter(|first| first.whole)?;
        Some(Index {
            column: first.column.clone()?,
            unique: first.unique && parts.len() == 1,
        })
    };
    indexes.filter_map(serves).collect()
}
