use super::super::fixture::Random;
use super::*;
use arrow::array::{BooleanArray, Int64Array, StringArray};

/// Texts of about `length` bytes, drawn from `distinct` different ones.
fn drawn(rows: usize, distinct: usize, length: usize) -> StringArray {
    let mut random = Random(7);
    let texts = (0..rows).map(|_| Some(format!("{:length$}", random.below(distinct))));
    texts.collect()
}

fn encoding(column: &dyn Array) -> ColumnEncoding {
    ColumnEncoding::of(column, false)
}

#[test]
fn values_that_repeat_get_a_dictionary() {
    for distinct in [1, 2, 500, 1000, 2000, 3000] {
        let column = drawn(10_000, distinct, 20);
        assert_eq!(encoding(&column), ColumnEncoding::Dictionary, "{distinct}");
    }
    let numbers: Int64Array = (0..10_000).map(|row| row % 500).collect();
    assert_eq!(encoding(&numbers), ColumnEncoding::Dictionary);
}

#[test]
fn values_that_hardly_repeat_get_none() {
    for distinct in [12_000, 1_000_000] {
        let column = drawn(10_000, distinct, 20);
        assert_ne!(encoding(&column), ColumnEncoding::Dictionary, "{distinct}");
    }
    let nulls = (0..10_000).map(|row| (row % 10 == 0).then(|| row.to_string()));
    assert_ne!(
        encoding(&nulls.collect::<StringArray>()),
        ColumnEncoding::Dictionary
    );
    let booleans = BooleanArray::from(vec![true; 5000]);
    assert_ne!(encoding(&booleans), ColumnEncoding::Dictionary);
    assert_ne!(
        encoding(&Int64Array::new_null(10)),
        ColumnEncoding::Dictionary
    );
}

#[test]
fn values_that_are_known_to_be_distinct_are_not_looked_at() {
    let column = drawn(10, 1, 20);
    assert_ne!(
        ColumnEncoding::of(&column, true),
        ColumnEncoding::Dictionary
    );
}

#[test]
fn values_that_do_not_fit_in_a_dictionary_get_none() {
    let [fitting, large] = [50_000, 65_000].map(|length| encoding(&drawn(700, 320, length)));
    assert_eq!(fitting, ColumnEncoding::Dictionary);
    assert_ne!(large, ColumnEncoding::Dictionary);
}
