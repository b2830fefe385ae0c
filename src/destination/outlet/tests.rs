use super::super::control::Control;
use super::super::decoder::Decoder;
use super::super::rules::Rules;
use super::super::selection::Filter;
use super::super::shape::Shape;
use super::super::staged::StagedWriter;
use super::super::{CellEncoding, CellType, Misfit};
use super::*;
use crate::cancel::Cancel;
use crate::job::{InvalidDates, NullKeys};
use crate::report::Silent;
use arrow::array::AsArray;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use std::sync::{Mutex, PoisonError};

/// Notes the keys that it takes.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<i64>>>);

impl Taken {
    fn keys(&self) -> Vec<i64> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }
}

impl Outlet for Taken {
    fn take(&mut self, candidates: &RecordBatch, _notes: Notes) -> Result<()> {
        let keys = candidates.column(0).as_primitive::<Int64Type>();
        self.0.lock().unwrap().extend(keys.values());
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Numbers;

impl CellEncoding for Numbers {
    fn decoder(&self, _cell_type: CellType, _data_type: &DataType) -> Decoder {
        Decoder::bits64(|cell| {
            cell.try_into()
                .map(u64::from_le_bytes)
                .map_err(|_| Misfit::Inexact)
        })
    }
}

/// Units 0 and 1, read at the same time; the later one's candidates are held back.
struct Case {
    first_seen: Arc<FirstSeen>,
    room: Arc<Room>,
    taken: Taken,
}

impl Case {
    fn new(bytes: usize) -> Self {
        let first_seen = FirstSeen::of_kept(41, 2, 1 << 20);
        for unit in [0, 1] {
            first_seen.begin(unit);
        }
        first_seen.hold(1, true);
        Self {
            first_seen: Arc::new(first_seen),
            room: Arc::new(Room::new(bytes)),
            taken: Taken::default(),
        }
    }

    /// The writer of the later unit.
    fn writer(&self) -> StagedWriter {
        let schema = Schema::new(vec![Field::new("id", DataType::Int64, false)]);
        let filter = Filter {
            key: vec![0],
            null_keys: NullKeys::Error,
            invalid_dates: InvalidDates::Error,
            first_seen: Some(Arc::clone(&self.first_seen)),
            among: None,
        };
        let rules = Rules {
            shape: Shape::of(Arc::new(schema)),
            format: &Numbers,
            filter,
        };
        let control = Control::new(Cancel::default(), Vec::new(), None, Arc::new(Silent));
        let exit = Exit::new(Box::new(self.taken.clone()), Some(Arc::clone(&self.room)));
        let mut writer = StagedWriter::new(1, rules, Arc::new(control), Some(exit));
        writer.allocate(&[CellType::Int64(false)]);
        writer
    }

    /// The earlier unit offers these keys.
    fn overtake(&self, keys: impl Iterator<Item = i64>) {
        let hashes = keys.map(|key| self.first_seen.hash(&key.to_le_bytes()));
        let hashes: Vec<_> = hashes.collect();
        self.first_seen.offer(0, &hashes, &mut Vec::new());
    }
}

fn put(writer: &mut StagedWriter, keys: impl Iterator<Item = i64>) {
    for key in keys {
        writer.announce(1);
        writer.put(Some(&key)).unwrap();
    }
}

/// A multiple of the rows that are looked up together.
const ROWS: i64 = 60 * 1024;

#[test]
fn candidates_that_are_overtaken_while_they_are_held_back_never_leave() {
    let case = Case::new(1 << 20);
    let mut writer = case.writer();
    put(&mut writer, 0..ROWS / 2);
    case.overtake((0..ROWS).filter(|key| key % 3 > 0));
    put(&mut writer, ROWS / 2..ROWS);
    let mut rows = writer.finish().unwrap();
    assert_eq!(case.taken.keys(), [0; 0]);
    assert!(
        rows.candidates < 25_000,
        "many were dropped: {}",
        rows.candidates
    );
    case.overtake((0..30).step_by(3));
    let proceed = || Ok(());
    rows.drop_last_overtaken(1, &case.first_seen, &proceed)
        .unwrap();
    rows.end().unwrap();
    let left: Vec<i64> = (30..ROWS).step_by(3).collect();
    assert!(case.taken.keys() == left, "and a few");
    assert_eq!(rows.candidates, left.len() as u64);
    assert_eq!(rows.filter_drops + rows.candidates, rows.read);
    let free = case.room.free.load(Ordering::Relaxed);
    assert_eq!(free, 1 << 20, "the room is free again");
}

#[test]
fn candidates_for_which_there_is_no_room_leave_and_no_more_are_held_back() {
    let case = Case::new(100_000);
    let mut writer = case.writer();
    put(&mut writer, 0..ROWS / 2);
    assert!(!case.first_seen.can_be_overtaken(1));
    let free = case.room.free.load(Ordering::Relaxed);
    assert_eq!(free, 100_000);
    case.overtake(0..ROWS);
    put(&mut writer, ROWS / 2..ROWS);
    let mut rows = writer.finish().unwrap();
    let left: Vec<i64> = (0..ROWS / 2).collect();
    assert!(case.taken.keys() == left);
    rows.drop_last_overtaken(1, &case.first_seen, &|| Ok(()))
        .unwrap();
    rows.end().unwrap();
    assert_eq!(rows.candidates, left.len() as u64, "what has left counts");
    assert!(case.taken.keys() == left);
}

#[test]
fn once_no_unit_can_overtake_them_candidates_leave_at_the_next_look() {
    let case = Case::new(1 << 20);
    let mut writer = case.writer();
    put(&mut writer, 0..10 * 1024);
    case.overtake(0..10);
    case.first_seen.hold(1, false);
    put(&mut writer, 10 * 1024..11 * 1024);
    let taken = case.taken.keys();
    assert!(taken.len() > 9_000, "{}", taken.len());
    let rows = writer.finish().unwrap();
    let left: Vec<i64> = (10..11 * 1024).collect();
    assert!(case.taken.keys() == left);
    assert_eq!(rows.candidates, left.len() as u64);
}
