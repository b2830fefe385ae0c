//! How many parts each table gets.

use crate::job::Partitions;
use std::num::NonZeroUsize;

/// Rows that are worth a query of their own: they take a connection about a tenth of a second.
const LEAST_ROWS: u64 = 100_000;

/// So many that the last one is short beside the whole job, whichever it is.
const PARTS_A_WORKER: u64 = 4;

/// Whether a table of so many rows may be read in more than one part by itself.
pub(super) fn is_worth_parts(rows: u64) -> bool {
    rows >= 2 * LEAST_ROWS
}

/// Parts of each table: as the job says; or by its share of all rows, so that all tables together have about four parts a
/// worker, none of them below [`LEAST_ROWS`].
pub(super) fn counts(partitions: Partitions, rows: &[u64], workers: NonZeroUsize) -> Vec<usize> {
    let count = match partitions {
        Partitions::AtMost(count) => return vec![count.get(); rows.len()],
        Partitions::Auto => PARTS_A_WORKER.saturating_mul(workers.get() as u64),
    };
    let all = rows.iter().map(|rows| u128::from(*rows)).sum::<u128>();
    let share = |rows: &u64| {
        let fair = (u128::from(*rows) * u128::from(count)).div_ceil(all.max(1));
        let most = u128::from(rows / LEAST_ROWS);
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
