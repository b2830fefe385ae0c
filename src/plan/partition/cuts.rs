//! Where an ordered sample is cut, so that all parts have about the same number of rows.

use std::cmp::Ordering;

/// Longer literals aren't used as bounds: people read the plan.
const MAX_LITERAL_BYTES: usize = 4096;

/// Neighboring values of a sample that are equal.
struct Group<'a> {
    value: Option<&'a str>,
    rows: usize,
}

/// The values before which an ordered sample of literals is cut into at most this many parts. Equal values stay together: if
/// there are too many of them, there are fewer parts. NULLs come first, and stay in the first part.
pub(super) fn cuts(sample: &[Option<String>], parts: usize) -> Vec<String> {
    let mut cuts = Vec::new();
    let mut left = Left {
        rows: sample.len(),
        parts,
    };
    let mut rows = 0;
    for group in groups(sample) {
        if let Some(value) = group.value
            && left.ends_before(rows, group.rows)
            && value.len() <= MAX_LITERAL_BYTES
        {
            cuts.push(value.to_owned());
            left.rows -= rows;
            left.parts -= 1;
            rows = 0;
        }
        rows += group.rows;
    }
    cuts
}

fn groups(sample: &[Option<String>]) -> impl Iterator<Item = Group<'_>> {
    sample.chunk_by(|one, next| one == next).map(|equal| Group {
        value: equal.first().and_then(|value| value.as_deref()),
        rows: equal.len(),
    })
}

/// What hasn't been cut off yet.
struct Left {
    rows: usize,
    parts: usize,
}

impl Left {
    /// Whether a part of `rows` is nearer to an even share without the next group than with it.
    fn ends_before(&self, rows: usize, next: usize) -> bool {
        // Compares rows and rows + next with the share, all multiplied by the parts, so that nothing is rounded.
        let below = self.rows.saturating_sub(rows.saturating_mul(self.parts));
        let above = (rows + next)
            .saturating_mul(self.parts)
            .saturating_sub(self.rows);
        rows > 0 && self.parts > 1 && above.cmp(&below) == Ordering::Greater
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sample: &[Option<String>], parts: usize) -> Vec<usize> {
        let cuts = cuts(sample, parts);
        let mut sizes = vec![0];
        for (place, value) in sample.iter().enumerate() {
            let begins = value.as_ref().is_some_and(|value| {
                cuts.contains(value) && (place == 0 || sample[place - 1].as_ref() != Some(value))
            });
            if begins {
                sizes.push(0);
            }
            *sizes.last_mut().unwrap() += 1;
        }
        sizes
    }

    fn sample(values: impl IntoIterator<Item = u32>) -> Vec<Option<String>> {
        values
            .into_iter()
            .map(|value| (value > 0).then(|| value.to_string()))
            .collect()
    }

    #[test]
    fn distinct_values_are_cut_evenly() {
        assert_eq!(sizes(&sample(1..=12), 4), [3, 3, 3, 3]);
        assert_eq!(sizes(&sample(1..=10), 4), [3, 2, 3, 2]);
        assert_eq!(sizes(&sample(1..=3), 8), [1, 1, 1]);
        assert_eq!(sizes(&sample(1..=5), 1), [5]);
        assert_eq!(sizes(&sample([]), 4), [0]);
    }

    #[test]
    fn a_frequent_value_has_its_own_part_and_the_others_share_the_rest() {
        let often = |value, rows| std::iter::repeat_n(value, rows);
        let first = sample(often(1, 60).chain(2..=41));
        assert_eq!(sizes(&first, 3), [60, 20, 20]);
        let nulls = sample(often(0, 60).chain(2..=41));
        assert_eq!(sizes(&nulls, 3), [60, 20, 20]);
        let middle = sample((1..=20).chain(often(21, 60)).chain(22..=41));
        assert_eq!(sizes(&middle, 3), [20, 60, 20]);
        assert_eq!(sizes(&sample(often(7, 9)), 4), [9]);
    }
}
