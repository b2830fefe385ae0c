use super::*;

use arrow::array::{Date32Array, Decimal128Array, Int8Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let field = |column: &ArrayRef| Field::new("c", column.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn places(batches: &[RecordBatch], key: &[usize]) -> Vec<u32> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let survivors = survivors(batches, key).unwrap();
    assert_eq!(survivors.dropped, (rows - survivors.places.len()) as u64);
    survivors.places
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn keeps_the_first_row_of_each_key_over_all_batches() {
    let one = batch(vec![text(&[Some("a"), Some("b"), Some("a")])]);
    let two = batch(vec![text(&[Some("A"), Some("b"), Some("")])]);
    assert_eq!(places(&[one, two], &[0]), [0, 1, 3, 5]);
    assert_eq!(places(&[], &[0]), Vec::<u32>::new());
}

#[test]
fn a_key_of_several_columns_compares_all_of_them_and_a_null_part_is_never_merged() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![
        Some(1),
        Some(2),
        Some(1),
        None,
        None,
        Some(2),
    ]));
    let small: ArrayRef = Arc::new(Int8Array::from(vec![-1, -1, -1, -1, -1, -1]));
    let rows = batch(vec![small, days]);
    assert_eq!(places(&[rows.clone(), rows], &[1, 0]), [0, 1, 3, 4, 9, 10]);
}

#[test]
fn decimals_compare_by_value_even_in_a_slice() {
    let numbers = Decimal128Array::from(vec![9, 1, -1, 1, 9])
        .with_precision_and_scale(20, 2)
        .unwrap();
    let rows = batch(vec![Arc::new(numbers)]).slice(1, 4);
    assert_eq!(places(&[rows], &[0]), [0, 1, 3]);
}

#[test]
fn more_rows_than_an_index_addresses_are_refused() {
    assert!(addressable(u32::MAX as usize - 1).is_ok());
    assert_eq!(addressable(u32::MAX as usize).unwrap_err().exit_code(), 4);
}

#[test]
fn the_places_are_the_same_however_small_the_shares_are() {
    let text: Vec<String> = (0..5000).map(|n| format!("key {}", n * n % 1999)).collect();
    let text: ArrayRef = Arc::new(StringArray::from(text));
    let numbers = (0..5000_i64).map(|n| n * n % 1999);
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
    for column in [text, numbers] {
        let mut keys = Keys::default();
        for first in [0, 1000, 4000] {
            let end = [1000, 4000, 5000][[0, 1000, 4000].iter().position(|f| *f == first).unwrap()];
            let part = batch(vec![column.slice(first, end - first)]);
            keys.push(&part, &[0], u32::try_from(first).unwrap())
                .unwrap();
        }
        let found = |rows_of_share| {
            let mut found = keys.first_indices(rows_of_share).unwrap();
            found.sort_unstable();
            found
        };
        let whole = found(5000);
        assert_eq!(whole.len(), 1000);
        for rows_of_share in [2500, 700, 1] {
            assert_eq!(found(rows_of_share), whole);
        }
    }
}
