//! A part of a unit, and the names of its columns.

use serde::{Deserialize, Serialize};

pub(super) const UNIT: &str = "unit";
pub(super) const ROW: &str = "row";
pub(super) const KEY: &str = "key";
pub(super) const KEY_IS_NULL: &str = "key_is_null";
pub(super) const NOTES: &str = "notes";

/// What the parts of a unit hold of its candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Holds {
    /// All columns of the result, in the struct `columns`.
    #[default]
    Rows,
    /// The key's columns and the locator, in the struct `locator`: the rows are fetched when the keep-list is known.
    Keys,
}

/// A part: a Parquet file with consecutive candidates of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartFile {
    /// Its path in the folder `units`.
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
    /// The numbers of its first and last row.
    pub first_row: i64,
    pub last_row: i64,
}
