use super::*;
use std::thread;

const UNITS: usize = 10;

fn offer(filter: &FirstSeen, unit: u32, keys: &[u64]) -> Vec<bool> {
    let hashes: Vec<_> = keys
        .iter()
        .map(|key| filter.hash(&key.to_le_bytes()))
        .collect();
    let mut keep = Vec::new();
    filter.offer(unit, &hashes, &mut keep);
    keep
}

fn distinct(filter: &FirstSeen) -> usize {
    filter.claimed.load(Ordering::Relaxed)
}

#[test]
fn drops_a_row_only_if_its_key_occurs_earlier() {
    let filter = FirstSeen::new(7, UNITS);
    assert_eq!(offer(&filter, 5, &[1, 2, 1]), [true, true, false]);
    assert_eq!(offer(&filter, 5, &[2, 3]), [false, true]);
    assert_eq!(offer(&filter, 9, &[1, 4]), [false, true], "a later unit");
    assert_eq!(
        offer(&filter, 2, &[1, 1, 4]),
        [true, false, true],
        "an earlier unit"
    );
    assert_eq!(
        offer(&filter, 5, &[1]),
        [false],
        "the earlier unit has it now"
    );
    assert_eq!(offer(&filter, 0, &[1]), [true], "the first unit");
    assert_eq!(distinct(&filter), 4);
}

#[test]
fn remembers_every_key_while_it_grows() {
    let filter = FirstSeen::new(11, UNITS);
    let keys: Vec<u64> = (0..100_000).collect();
    assert!(
        keys.chunks(1000)
            .all(|chunk| offer(&filter, 1, chunk).iter().all(|keep| *keep))
    );
    assert_eq!(distinct(&filter), keys.len());
    assert!(
        keys.chunks(999)
            .all(|chunk| offer(&filter, 1, chunk).iter().all(|keep| !*keep))
    );
    assert!(
        keys.chunks(999)
            .all(|chunk| offer(&filter, 0, chunk).iter().all(|keep| *keep))
    );
}

#[test]
fn concurrent_threads_keep_the_smallest_unit_of_every_key() {
    const READ: u32 = 4;
    let filter = FirstSeen::new(13, UNITS);
    let keys: Vec<u64> = (0..60_000).collect();
    let candidates: Vec<Vec<bool>> = thread::scope(|scope| {
        let units: Vec<_> = (0..READ)
            .map(|unit| {
                let (filter, keys) = (&filter, &keys);
                scope.spawn(move || {
                    let chunks = keys.chunks(256);
                    chunks
                        .flat_map(|chunk| offer(filter, unit, chunk))
                        .collect()
                })
            })
            .collect();
        units.into_iter().map(|unit| unit.join().unwrap()).collect()
    });
    assert!(
        candidates[0].iter().all(|keep| *keep),
        "nothing is earlier than the first unit"
    );
    assert_eq!(distinct(&filter), keys.len());
    for unit in 0..READ {
        assert!(
            offer(&filter, unit, &keys).iter().all(|keep| !*keep),
            "the first unit has them all"
        );
    }
}

#[test]
fn a_key_takes_at_most_48_bytes() {
    let filter = FirstSeen::new(17, UNITS);
    for chunk in (0..200_000_u64).collect::<Vec<_>>().chunks(256) {
        offer(&filter, 0, chunk);
        let bytes = filter.slots.read().unwrap().bytes();
        let keys = distinct(&filter);
        assert!(
            keys < 3000 || bytes <= keys * 48,
            "{bytes} bytes for {keys} keys"
        );
    }
}

#[test]
fn names_the_rows_that_earlier_units_have_overtaken() {
    let filter = FirstSeen::new(19, UNITS);
    let keys: Vec<u64> = (0..10_000).collect();
    offer(&filter, 5, &keys);
    offer(&filter, 7, &keys);
    assert!(
        filter.overtaken(5).unwrap().is_empty(),
        "not by a later unit"
    );
    offer(&filter, 2, &keys[..3000]);
    offer(&filter, 2, &keys[..3000]);
    offer(&filter, 3, &keys[..4000]);
    let tag = |key: &u64| FirstSeen::tag(filter.hash(&key.to_le_bytes()));
    let expected: Vec<KeyTag> = keys[..4000].iter().map(tag).collect();
    assert_eq!(*filter.overtaken(5).unwrap(), expected);
    assert!(filter.overtaken(3).unwrap().is_empty());
    assert!(
        filter.overtaken(7).unwrap().is_empty(),
        "it never was the first"
    );
}

#[test]
fn a_unit_that_isnt_kept_yet_counts_for_those_that_were_begun_before_it_was_closed() {
    let filter = FirstSeen::of_kept(23, UNITS, 1 << 20);
    let keys: Vec<u64> = (0..1000).collect();
    let kept = |unit: u32, keys: &[u64]| {
        offer(&filter, unit, keys)
            .iter()
            .filter(|keep| **keep)
            .count()
    };
    for unit in [2, 3, 4] {
        filter.begin(unit);
    }
    assert_eq!(kept(2, &keys), 1000);
    assert_eq!(kept(2, &keys), 0, "its own");
    assert_eq!(kept(3, &keys[..500]), 0, "of a unit that is read beside it");
    filter.close(2);
    filter.begin(5);
    assert_eq!(kept(4, &keys), 0, "it was begun before");
    assert_eq!(kept(5, &keys), 1000, "it was begun afterwards");
    filter.begin(1);
    assert_eq!(kept(1, &keys[..400]), 400, "no later unit counts");
    filter.settle(2);
    filter.begin(6);
    assert_eq!(kept(6, &keys), 0, "a settled unit counts for all");
    filter.lose(1);
    assert_eq!(kept(3, &keys), 400, "one that isn't kept counts for none");
    assert_eq!(kept(1, &keys[..400]), 0, "but for itself");
    assert!(
        filter.overtaken(2).unwrap().is_empty(),
        "what isn't held back isn't taken back"
    );
    assert!(!filter.can_be_overtaken(2));
}

#[test]
fn rows_that_are_held_back_are_overtaken_by_units_that_count_for_them() {
    let filter = FirstSeen::of_kept(37, UNITS, 1 << 20);
    let keys: Vec<u64> = (0..300).collect();
    let tags = |keys: &[u64]| -> Vec<KeyTag> {
        let tag = |key: &u64| FirstSeen::tag(filter.hash(&key.to_le_bytes()));
        keys.iter().map(tag).collect()
    };
    for unit in [1, 2] {
        filter.begin(unit);
    }
    filter.close(1);
    for unit in [3, 4] {
        filter.begin(unit);
    }
    for unit in [3, 4] {
        filter.hold(unit, true);
    }
    offer(&filter, 3, &keys[..200]);
    offer(&filter, 4, &keys[200..]);
    offer(&filter, 1, &keys[..50]);
    assert!(
        filter.overtaken(3).unwrap().is_empty(),
        "it was closed before"
    );
    offer(&filter, 2, &keys[50..250]);
    assert_eq!(*filter.overtaken(3).unwrap(), tags(&keys[50..200]));
    assert_eq!(*filter.overtaken(4).unwrap(), tags(&keys[200..250]));
    filter.hold(4, false);
    offer(&filter, 2, &keys[250..]);
    assert_eq!(
        *filter.overtaken(4).unwrap(),
        tags(&keys[200..250]),
        "it is held back no longer"
    );
}

#[test]
fn keys_beyond_the_limit_are_looked_up_but_not_remembered() {
    let filter = FirstSeen::of_kept(29, UNITS, 1000);
    let keys: Vec<u64> = (0..2000).collect();
    let kept = |unit: u32, keys: &[u64]| {
        offer(&filter, unit, keys)
            .iter()
            .filter(|keep| **keep)
            .count()
    };
    for chunk in keys.chunks(100) {
        assert_eq!(kept(0, chunk), 100);
    }
    assert_eq!(distinct(&filter), 1000);
    filter.settle(0);
    let again: usize = keys.chunks(100).map(|chunk| kept(1, chunk)).sum();
    assert_eq!(again, 1000, "those that are remembered are dropped");
}
