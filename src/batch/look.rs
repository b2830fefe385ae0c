//! A cheap look at a column of a canonical record batch: how much its values repeat. It depends only on the values.

use arrow::array::{Array, ArrayData};
use arrow::datatypes::DataType;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// Where to look: at blocks of adjacent rows, so that repetitions of neighbors are seen, which are spread over the column, so that
/// its beginning doesn't decide alone.
const BLOCKS: usize = 32;
const BLOCK_ROWS: usize = 16;

/// What a sample of at most 512 rows shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Values of the column, without nulls.
    values: usize,
    /// Values in the sample, without nulls.
    seen: usize,
    /// Total length in bytes of the values in the sample.
    seen_bytes: usize,
    /// Different values in the sample.
    distinct: usize,
    /// Of these, the values that occur exactly once.
    once: usize,
    /// Of these, the values that occur exactly twice.
    twice: usize,
}

impl Look {
    /// Looks at a column; `None` for a type that has no dictionary.
    pub(super) fn at(column: &dyn Array) -> Option<Self> {
        let data = column.to_data();
        let cells = Cells::of(&data)?;
        let valid = |row: &usize| column.is_valid(*row);
        let sample = sampled_rows(column.len()).filter(valid);
        let mut seen_bytes = 0;
        let hashes = sample.filter_map(|row| cells.get(row)).map(|cell| {
            seen_bytes += cell.len();
            xxh3_64(cell)
        });
        let mut hashes: Vec<u64> = hashes.collect();
        hashes.sort_unstable();
        let occurring = |times| {
            hashes
                .chunk_by(u64::eq)
                .filter(move |same| same.len() == times)
        };
        Some(Self {
            values: column.len() - column.null_count(),
            seen: hashes.len(),
            distinct: hashes.chunk_by(u64::eq).count(),
            once: occurring(1).count(),
            twice: occurring(2).count(),
            seen_bytes,
        })
    }

    /// Number of values of the column, without nulls.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    /// Estimated number of different values in the column.
    ///
    /// What the sample didn't show is estimated in two ways, both of which rest on the values that it showed once. The smaller one
    /// counts: Chao's estimator (1984) is close if all values are about equally frequent, but too large if a few are very frequent
    /// and the others unique. The share of new values in the sample, taken for the rest of the column, is close in that case, and
    /// otherwise too large.
    pub(super) fn distinct(&self) -> usize {
        let unseen = self.values - self.seen;
        let by_share = (unseen * self.once).checked_div(self.seen).unwrap_or(0);
        let chao = (self.once * self.once).checked_div(2 * self.twice);
        self.distinct + chao.map_or(by_share, |chao| chao.min(by_share))
    }

    /// Estimated bytes of the column's different values.
    pub(super) fn distinct_bytes(&self) -> usize {
        (self.distinct() * self.seen_bytes)
            .checked_div(self.seen)
            .unwrap_or(0)
    }
}

/// The rows to look at, in ascending order: all if there are few.
fn sampled_rows(rows: usize) -> impl Iterator<Item = usize> {
    let (blocks, length) = if rows <= BLOCKS * BLOCK_ROWS {
        (1, rows)
    } else {
        (BLOCKS, BLOCK_ROWS)
    };
    (0..blocks).flat_map(move |block| {
        let start = block * (rows - length) / (blocks - 1).max(1);
        start..start + length
    })
}

/// The values of a column as bytes.
enum Cells<'a> {
    Fixed { width: usize, bytes: &'a [u8] },
    Variable { offsets: &'a [i32], bytes: &'a [u8] },
}

impl<'a> Cells<'a> {
    fn of(data: &'a ArrayData) -> Option<Self> {
        match (data.data_type(), data.buffers()) {
            (DataType::Utf8 | DataType::Binary, [offsets, bytes]) => Some(Self::Variable {
                offsets: offsets.typed_data(),
                bytes,
            }),
            (other, [bytes]) => Some(Self::Fixed {
                width: other.primitive_width()?,
                bytes,
            }),
            _ => None,
        }
    }

    fn get(&self, row: usize) -> Option<&'a [u8]> {
        match *self {
            Self::Fixed { width, bytes } => bytes.get(row * width..(row + 1) * width),
            Self::Variable { offsets, bytes } => bytes.get(Range {
                start: usize::try_from(*offsets.get(row)?).ok()?,
                end: usize::try_from(*offsets.get(row + 1)?).ok()?,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
