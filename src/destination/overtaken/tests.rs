use super::*;
use crate::destination::{CellEncoding, CellType, Decoder, Misfit, MisfitAt, SentRow};
use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use std::sync::Arc;

const ROWS: i64 = 30_000;

/// A unit's candidates, whose keys are the numbers below [`ROWS`], and a filter to which they were offered by unit 1.
fn read_by_unit_1() -> (UnitRows, FirstSeen) {
    let first_seen = FirstSeen::new(7, 2);
    let keys: Vec<_> = (0..ROWS)
        .map(|key| first_seen.hash(&key.to_le_bytes()))
        .collect();
    let mut kept = Vec::new();
    first_seen.offer(1, &keys, &mut kept);
    assert!(kept.iter().all(|kept| *kept));
    let all: Vec<i64> = (0..ROWS).collect();
    let batches = all.chunks(7_000).map(|numbers| {
        let column: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
        RecordBatch::try_from_iter([("id", column)]).unwrap()
    });
    let rows = UnitRows {
        batches: batches.collect(),
        read: ROWS.cast_unsigned(),
        candidates: ROWS.cast_unsigned(),
        tags: keys.iter().map(|key| FirstSeen::tag(*key)).collect(),
        ..UnitRows::default()
    };
    (rows, first_seen)
}

/// Unit 0 offers these keys.
fn overtake(first_seen: &FirstSeen, keys: impl Iterator<Item = i64>) {
    let keys: Vec<_> = keys
        .map(|key| first_seen.hash(&key.to_le_bytes()))
        .collect();
    first_seen.offer(0, &keys, &mut Vec::new());
}

fn numbers(rows: &UnitRows) -> Vec<i64> {
    let batches = rows.batches.iter();
    let columns = batches.map(|batch| batch.column(0).as_primitive::<Int64Type>().values());
    columns.flatten().copied().collect()
}

#[test]
fn only_overtaken_candidates_are_dropped_and_counted() {
    let (mut rows, first_seen) = read_by_unit_1();
    for candidate in [1, 2, 9] {
        rows.nulled.add(4, candidate, 1);
    }
    overtake(&first_seen, (0..ROWS).step_by(2));
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    let odd: Vec<i64> = (1..ROWS).step_by(2).collect();
    assert_eq!(numbers(&rows), odd);
    assert_eq!((rows.candidates, rows.filter_drops), (15_000, 15_000));
    assert_eq!(rows.tags.len(), 15_000);
    // The values of the candidates 1 and 9 have moved with them.
    assert_eq!(rows.nulled.counts().collect::<Vec<_>>(), [(4, 2)]);
    let written = |places: &[u32]| rows.nulled.written(0, places).collect::<Vec<_>>();
    assert_eq!(written(&[0, 4]), [(4, 2)]);
    assert_eq!(written(&[1, 2, 3, 9]), [(4, 0)]);
    // What is overtaken later is dropped later.
    overtake(&first_seen, (1..ROWS / 2).step_by(2));
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    let later: Vec<i64> = (ROWS / 2 + 1..ROWS).step_by(2).collect();
    assert_eq!(numbers(&rows), later);
}

#[test]
fn a_few_are_left_to_unique() {
    let (mut rows, first_seen) = read_by_unit_1();
    overtake(&first_seen, 0..4_000);
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    assert_eq!(rows.candidates, ROWS.cast_unsigned());
}

#[test]
fn candidates_without_a_key_stay() {
    let (mut rows, first_seen) = read_by_unit_1();
    rows.tags[5] = NO_KEY;
    overtake(&first_seen, 0..ROWS);
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    assert_eq!(numbers(&rows), [5]);
}

#[test]
fn once_no_unit_can_overtake_nothing_is_dropped() {
    let (mut rows, first_seen) = read_by_unit_1();
    rows.forget_keys(1, &first_seen);
    overtake(&first_seen, 0..ROWS);
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    assert_eq!(rows.candidates, ROWS.cast_unsigned());
}

fn misfit(candidate: u64) -> MisfitAt {
    MisfitAt {
        candidate,
        row: SentRow::default(),
        column: 0,
        misfit: Misfit::Inexact,
        format: &Text,
    }
}

#[derive(Debug)]
struct Text;

impl CellEncoding for Text {
    fn decoder(&self, _cell_type: CellType, _data_type: &DataType) -> Decoder {
        Decoder::Text
    }
}

#[test]
fn values_that_do_not_fit_move_with_their_rows() {
    let (mut rows, first_seen) = read_by_unit_1();
    rows.misfits = [10, 11, 29_999].map(misfit).to_vec();
    overtake(&first_seen, (0..ROWS).step_by(2));
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    let places: Vec<u64> = rows.misfits.iter().map(|misfit| misfit.candidate).collect();
    assert_eq!(places, [5, 14_999]);
}

#[test]
fn keys_of_incomplete_candidates_are_left_for_later() {
    let (mut rows, first_seen) = read_by_unit_1();
    let next = first_seen.hash(b"next");
    first_seen.offer(1, &[next], &mut Vec::new());
    rows.tags.push(FirstSeen::tag(next));
    first_seen.offer(0, &[next], &mut Vec::new());
    overtake(&first_seen, (0..ROWS).step_by(2));
    rows.drop_overtaken(1, &first_seen, &|| Ok(())).unwrap();
    assert_eq!(rows.candidates, 15_000);
    assert_eq!(rows.tags.len(), 15_001);
    assert_eq!(*first_seen.overtaken(1).unwrap(), [FirstSeen::tag(next)]);
}
