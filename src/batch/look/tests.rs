use super::super::fixture::Random;
use super::*;
use arrow::array::{BooleanArray, Int64Array, StringArray};

/// Rows of a file by default.
const ROWS: i64 = 10_000;

fn distinct(column: &dyn Array) -> Option<usize> {
    Look::at(column).map(|look| look.distinct())
}

fn estimate(values: impl Iterator<Item = i64>) -> usize {
    distinct(&values.collect::<Int64Array>()).unwrap_or_default()
}

#[test]
fn estimates_how_many_values_are_equally_frequent() {
    let mut random = Random(1);
    for expected in [1, 2, 40, 500, 1000, 2000, 3000] {
        let values = (0..ROWS).map(|_| i64::try_from(random.below(expected)).unwrap_or_default());
        let estimated = estimate(values);
        assert!(
            (expected * 3 / 4..=expected * 4 / 3).contains(&estimated),
            "{estimated} instead of {expected}"
        );
    }
}

#[test]
fn estimates_how_many_values_are_unique_beside_a_frequent_one() {
    let mut random = Random(1);
    for (percent, expected) in [(30, 7000), (50, 5000), (90, 1000)] {
        let values = (0..ROWS).map(|row| if random.below(100) < percent { -1 } else { row });
        let estimated = estimate(values);
        assert!(
            (expected * 3 / 4..=expected * 4 / 3).contains(&estimated),
            "{estimated} instead of {expected}"
        );
    }
}

#[test]
fn unique_values_are_seen_as_such() {
    assert_eq!(estimate(0..ROWS), 10_000);
}

#[test]
fn runs_of_equal_values_are_seen() {
    assert!(estimate((0..ROWS).map(|row| row / 10)) <= 1000);
}

#[test]
fn looks_beyond_the_beginning() {
    assert!(estimate((0..ROWS).map(|row| (row - 1000).max(0))) > 5000);
}

#[test]
fn nulls_are_not_values() {
    let unique = (0..ROWS).map(|row| (row % 10 == 0).then_some(row));
    assert_eq!(distinct(&unique.collect::<Int64Array>()), Some(1000));
    assert_eq!(distinct(&Int64Array::new_null(10)), Some(0));
}

#[test]
fn few_rows_are_counted() {
    assert_eq!(estimate((0..512).map(|row| row / 3)), 171);
    assert_eq!(estimate(0..0), 0);
}

#[test]
fn texts_are_values_and_have_lengths() {
    let texts: StringArray = (0..ROWS)
        .map(|row| Some(["", "ab"][usize::from(row % 2 == 0)]))
        .collect();
    let look = Look::at(&texts);
    assert_eq!(look.as_ref().map(Look::distinct), Some(2));
    assert_eq!(look.as_ref().map(Look::distinct_bytes), Some(2));
}

#[test]
fn booleans_are_not_looked_at() {
    assert_eq!(Look::at(&BooleanArray::from(vec![true; 10])), None);
}
