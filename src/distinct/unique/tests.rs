use super::*;

use arrow::array::{Date32Array, Decimal128Array, Int8Array, StringArray};
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
fn a_key_of_several_columns_is_all_of_them_and_a_null_part_is_never_merged() {
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
fn decimals_compare_by_value_also_in_a_slice() {
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
