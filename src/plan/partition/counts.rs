//! How many parts each table is split into.

use crate::job::Partitions;
use std::num::NonZeroUsize;

/// Rows that are worth a separate query: one connection reads them in about a tenth of a second.
const MIN_ROWS: u64 = 100_000;

/// Enough parts that the last one, whichever it is, is short compared with the whole job.
const PARTS_PER_WORKER: u64 = 4;

/// Whether a table with this many rows can have more than one part.
pub(super) fn is_worth_parts(rows: u64) -> bool {
    rows >= 2 * MIN_ROWS
}

/// Each table's number of parts: as the job says, or by the table's share of all rows, so that all tables together have
/// about four parts per worker, none with fewer than [`MIN_ROWS`].
pub(super) fn counts(partitions: Partitions, rows: &[u64], workers: NonZeroUsize) -> Vec<usize> {
    let count = match partitions {
        Partitions::AtMost(count) => return vec![count.get(); rows.len()],
        Partitions::Auto => PARTS_PER_WORKER.saturating_mul(workers.get() as u64),
    };
    let all = rows.iter().map(|rows| u128::from(*rows)).sum::<u128>();
    let share = |rows: &u64| {
        let fair = (u128::from(*rows) * u128::from(count)).div_ceil(all.max(1));
        let most = u128::from(rows / MIN_ROWS);
        usize::try_from(fair.min(most)).unwrap_or(usize::MAX).max(1)
    };
    rows.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(rows: &[u64], workers: usize) -> Vec<usize> {
        let workers = NonZeroUsize::new(workers).unwrap();
        counts(Partitions::Auto, rows, workers)
    }

    #[test]
    fn a_small_table_stays_whole_and_a_large_one_takes_its_share() {
        assert_eq!(auto(&[0, 199_999], 8), [1, 1]);
        assert_eq!(auto(&[10_000_000], 2), [8]);
        assert_eq!(auto(&[10_000_000, 1_000], 2), [8, 1]);
        assert_eq!(auto(&[1_000_000; 13], 2), [1; 13]);
        assert_eq!(auto(&[300_000], 64), [3]);
        assert_eq!(auto(&[u64::MAX, u64::MAX], 2), [4, 4]);
    }
}
