//! How the values of a Parquet column are encoded, decided by a cheap look at them.

use super::look::Look;
use arrow::array::Array;

/// Maximum size in bytes of a dictionary before compression. The parquet crate's default, 1 MiB, would leave out the columns that
/// gain most: long texts of which each occurs many times. Readers hold one dictionary in memory. If a column's dictionary gets
/// larger, the crate has looked up the values for nothing, and encodes the others without it.
pub(super) const DICTIONARY_BYTES: usize = 16 * 1024 * 1024;

/// Bytes in which a dictionary stores a text's length.
const LENGTH_BYTES: usize = 4;

/// Encoding of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnEncoding {
    /// Each value once, and numbers that refer to them: half the CPU time or less if values repeat.
    Dictionary,
    /// One value after the other.
    Plain,
}

impl ColumnEncoding {
    /// Chooses the encoding of a canonical column. The choice depends only on its values, and on whether they are known to be
    /// `distinct`.
    pub(super) fn of(column: &dyn Array, distinct: bool) -> Self {
        let look = if distinct { None } else { Look::at(column) };
        match look {
            Some(look) if repeats(&look) => Self::Dictionary,
            _ => Self::Plain,
        }
    }
}

/// Whether at most half of the values are different, and fit in a dictionary.
fn repeats(look: &Look) -> bool {
    let bytes = look.distinct_bytes() + look.distinct() * LENGTH_BYTES;
    (1..=look.values() / 2).contains(&look.distinct()) && bytes <= DICTIONARY_BYTES
}

#[cfg(test)]
mod tests;
