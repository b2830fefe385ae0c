use super::*;
use crate::destination::{Notes, UnitRows};
use arrow::array::RecordBatch;
use std::collections::BTreeSet;
use std::time::Duration;

const UNITS: u32 = 8;

/// Notes what happens to units.
#[derive(Default)]
struct Noted {
    committed: Mutex<Vec<u32>>,
    discarded: Mutex<Vec<u32>>,
    /// Units that another process has completed from another state.
    others: BTreeSet<u32>,
}

struct Nowhere;

impl Outlet for Nowhere {
    fn take(&mut self, _candidates: &RecordBatch, _notes: Notes) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Stages for Noted {
    fn outlet(&self, _unit: u32) -> Result<Box<dyn Outlet>> {
        Ok(Box::new(Nowhere))
    }

    fn commit(&self, unit: u32, _read: &ReadUnit) -> Result<Kept> {
        self.committed.lock().unwrap().push(unit);
        if self.others.contains(&unit) {
            return Ok(Kept::Other);
        }
        Ok(Kept::AsRead)
    }

    fn discard(&self, unit: u32) {
        self.discarded.lock().unwrap().push(unit);
    }
}

fn read() -> ReadUnit {
    ReadUnit {
        rows: UnitRows::default(),
        elapsed: Duration::ZERO,
        session: 0,
    }
}

struct Case {
    noted: Arc<Noted>,
    filter: Arc<FirstSeen>,
    commits: Commits,
}

impl Case {
    fn new(units: usize, others: &[u32]) -> Self {
        let noted = Arc::new(Noted {
            others: others.iter().copied().collect(),
            ..Noted::default()
        });
        let filter = Arc::new(FirstSeen::of_kept(31, UNITS as usize, 1 << 20));
        let stages: Arc<dyn Stages> = Arc::<Noted>::clone(&noted);
        let commits = Commits::new(
            stages,
            Some(Arc::clone(&filter)),
            Waiting { units, rows: 0 },
            Room::new(0),
        );
        Self {
            noted,
            filter,
            commits,
        }
    }

    fn begin(&self, unit: u32) {
        self.commits.begin(unit).unwrap();
    }

    /// Offers a key of the unit. Returns whether its row is staged.
    fn offer(&self, unit: u32, key: &str) -> bool {
        let mut keep = Vec::new();
        let hash = self.filter.hash(key.as_bytes());
        self.filter.offer(unit, &[hash], &mut keep);
        keep[0]
    }

    fn end(&self, unit: u32) {
        self.commits.add(unit, read(), &|| Ok(())).unwrap();
    }

    fn committed(&self) -> Vec<u32> {
        self.noted.committed.lock().unwrap().clone()
    }

    fn discarded(&self) -> Vec<u32> {
        self.noted.discarded.lock().unwrap().clone()
    }
}

#[test]
fn a_unit_waits_for_those_whose_rows_its_own_were_dropped_for() {
    let case = Case::new(4, &[]);
    case.begin(0);
    case.begin(1);
    assert!(case.offer(0, "a"));
    assert!(!case.offer(1, "a"), "the earlier unit is committed before");
    case.end(1);
    assert_eq!(case.committed(), [0; 0]);
    case.begin(2);
    assert!(!case.offer(2, "a"));
    case.end(0);
    assert_eq!(case.committed(), [0, 1]);
    case.end(2);
    assert_eq!(case.committed(), [0, 1, 2]);
    assert_eq!(case.discarded(), [0; 0]);
}

#[test]
fn no_more_units_wait_than_allowed_and_those_read_beside_them() {
    let case = Case::new(2, &[]);
    for unit in 0..3 {
        case.begin(unit);
    }
    assert!(case.offer(0, "a"));
    case.end(1);
    case.begin(3);
    assert!(!case.offer(3, "a"), "one waits: another one may");
    case.end(2);
    case.begin(4);
    assert!(
        case.offer(4, "a"),
        "two wait: later units don't depend on the first"
    );
    case.end(4);
    assert_eq!(case.committed(), [4]);
    case.begin(5);
    case.end(3);
    assert_eq!(case.committed(), [4]);
    case.end(0);
    assert_eq!(case.committed(), [4, 0, 1, 2, 3]);
    assert!(!case.offer(5, "a"), "what is committed counts for all");
    case.end(5);
    assert_eq!(case.committed(), [4, 0, 1, 2, 3, 5]);
}

#[test]
fn units_that_depend_on_rows_of_another_state_are_discarded() {
    let case = Case::new(4, &[1]);
    for unit in 0..4 {
        case.begin(unit);
    }
    assert!(case.offer(1, "a"));
    assert!(!case.offer(2, "a"));
    case.end(2);
    // Another process has completed it, from a state in which it might have other keys.
    case.end(0);
    case.end(1);
    assert_eq!(case.committed(), [0, 1]);
    assert_eq!(case.discarded(), [2], "it has waited");
    assert!(
        case.offer(3, "a"),
        "what isn't kept doesn't count any longer"
    );
    case.end(3);
    assert_eq!(
        case.discarded(),
        [2, 3],
        "rows might have been dropped before"
    );
    case.begin(4);
    assert!(case.offer(4, "a"));
    case.end(4);
    assert_eq!(case.committed(), [0, 1, 4]);
}

#[test]
fn units_that_depend_on_discarded_ones_are_discarded_too() {
    let case = Case::new(4, &[0]);
    case.begin(0);
    case.begin(1);
    case.end(1);
    case.begin(2);
    assert!(case.offer(1, "a"));
    assert!(!case.offer(2, "a"), "of a unit that waits");
    case.end(2);
    case.end(0);
    assert_eq!(case.committed(), [0]);
    let mut discarded = case.discarded();
    discarded.sort_unstable();
    assert_eq!(discarded, [1, 2]);
}

#[test]
fn without_a_filter_no_unit_waits() {
    let noted = Arc::new(Noted::default());
    let stages: Arc<dyn Stages> = Arc::<Noted>::clone(&noted);
    let commits = Commits::new(stages, None, Waiting { units: 1, rows: 0 }, Room::new(0));
    for unit in [0, 1] {
        commits.begin(unit).unwrap();
    }
    for unit in [1, 0] {
        commits.add(unit, read(), &|| Ok(())).unwrap();
    }
    assert_eq!(*noted.committed.lock().unwrap(), [1, 0]);
}
