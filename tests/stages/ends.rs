//! Processes that die: what is complete is kept, and what isn't is done again.

use super::{Staging, wide};
use crate::harness::{Case, System};
use rustix::process::Signal;
use std::time::Duration;

const JOB: [&str; 8] = [
    "--tables",
    "t0,t1,t2",
    "--key",
    "k",
    "--batch-rows",
    "100",
    "--read",
    "whole",
];

/// A condition that makes the last table take some seconds.
fn slow(system: System) -> &'static str {
    match system {
        System::MariaDb => "SLEEP(IF(id = 400, 4, 0)) = 0",
        System::Postgres => "CASE WHEN id = 400 THEN pg_sleep(4)::text = '' ELSE true END",
        System::Sqlite => {
            "CASE WHEN id = 400 THEN (WITH RECURSIVE c(n) AS (SELECT id - id UNION ALL SELECT n + 1 FROM c \
             WHERE n < 30000000) SELECT count(*) FROM c) > 0 ELSE 1 END"
        }
    }
}

#[test]
fn a_killed_stage_keeps_its_complete_units_and_the_next_one_does_the_others() {
    for system in System::ALL {
        let case = Case::on(system);
        wide(&case, 3, 400);
        let staging = Staging { case: &case };
        let slow = format!(
            "key = ['k']\nbatch_rows = 100\nread = 'whole'\n[[table]]\nname = 't0'\n[[table]]\nname = 't1'\n\
             [[table]]\nname = 't2'\nwhere = \"{}\"\n",
            slow(system)
        );
        case.write("job.toml", slow);
        let expected = staging.in_one_process(&["job.toml"]);
        staging.plan(&["job.toml"]);
        let mut running = staging.step("stage").args(["--workers", "1"]).start();
        while staging.complete().len() < 2 {
            assert!(running.runs(), "{system:?}: the last table is still read");
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(200));
        running.signal(Signal::KILL);
        assert!(running.end().was_killed(), "{system:?}");
        assert_eq!(
            staging.complete(),
            ["0000000.json", "0000001.json"],
            "{system:?}"
        );
        let left: Vec<_> = std::fs::read_dir(staging.path("units/0000002"))
            .expect("a folder")
            .collect();
        let kept = std::fs::read(staging.path("units/0000001.json")).expect("a manifest");
        staging.step("finish").fails_with(2).says("no keep-list");
        let staged = staging.stage(&["--json"]).json();
        assert_eq!(
            (staged["units"].as_u64(), staged["complete_before"].as_u64()),
            (Some(1), Some(2))
        );
        assert_eq!(
            std::fs::read(staging.path("units/0000001.json")).expect("a manifest"),
            kept
        );
        let parts: Vec<_> = std::fs::read_dir(staging.path("units/0000002"))
            .expect("a folder")
            .collect();
        assert_eq!(
            parts.len(),
            1,
            "what the killed process left is gone: {left:?}"
        );
        staging.keep();
        staging.finish(&[]);
        staging.publish();
        assert_eq!(staging.outcome(), expected, "{system:?}");
        assert!(!staging.path("").exists(), "the stage is gone");
    }
}

#[test]
fn an_interrupted_stage_leaves_no_parts_of_units_that_are_not_complete() {
    let case = Case::on(System::Postgres);
    wide(&case, 1, 400);
    let staging = Staging { case: &case };
    staging.plan(&[
        "--tables",
        "t0",
        "--key",
        "k",
        "--where",
        slow(System::Postgres),
    ]);
    let running = staging.step("stage").start();
    while !staging.path("units/0000000").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal(Signal::INT);
    running.end().exits_with(130);
    assert!(!staging.path("units/0000000").exists());
    assert_eq!(case.database.sessions_left(), 0);
}

#[test]
fn a_killed_finish_is_done_again() {
    let case = Case::on(System::Sqlite);
    wide(&case, 3, 400);
    let staging = Staging { case: &case };
    let expected = staging.in_one_process(&JOB);
    staging.plan(&[&JOB[..], &["--shard-files", "3"]].concat());
    staging.stage(&[]);
    staging.keep();
    for micros in [200_u64, 3_000, 6_000, 9_000, 12_000] {
        let running = staging.step("finish").start();
        std::thread::sleep(Duration::from_micros(micros));
        running.try_signal(Signal::KILL);
        running.end();
        staging.step("publish").args(["--out", "other"]).end();
        if case.path("other").exists() {
            break; // It was complete before it could be killed.
        }
    }
    let is_complete = case.path("other").exists();
    if !is_complete {
        staging.finish(&[]);
        staging.publish();
        assert_eq!(staging.outcome(), expected);
    }
}

#[test]
fn a_unit_that_two_processes_stage_at_once_counts_once() {
    let case = Case::on(System::MariaDb);
    wide(&case, 3, 400);
    let staging = Staging { case: &case };
    let expected = staging.in_one_process(&JOB);
    staging.plan(&JOB);
    let running: Vec<_> = (0..3).map(|_| staging.step("stage").start()).collect();
    for running in running {
        running.end().exits_with(0);
    }
    for unit in 0..3 {
        let listed = staging.unit(unit)["files"].as_array().expect("files").len();
        let there = std::fs::read_dir(staging.path(&format!("units/{unit:07}"))).expect("a folder");
        assert_eq!(there.count(), listed, "unit {unit}");
    }
    staging.keep();
    let running: Vec<_> = (0..2).map(|_| staging.step("finish").start()).collect();
    for running in running {
        running.end().exits_with(0);
    }
    staging.publish();
    assert_eq!(staging.outcome(), expected);
}

/// A process has dropped rows of a unit for those of an earlier one, which another process then completes from a later state, in
/// which one of these keys is gone.
#[test]
fn a_unit_that_depends_on_one_that_another_process_completes_is_read_again() {
    // On SQLite, nobody can delete a row while a query computes for seconds.
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::on(system);
        wide(&case, 2, 2000);
        let staging = Staging { case: &case };
        let wait = |id: i64, seconds: &str| match system {
            System::MariaDb => format!("SLEEP(IF(id = {id}, {seconds}, 0)) = 0"),
            _ => format!("CASE WHEN id = {id} THEN pg_sleep({seconds})::text = '' ELSE true END"),
        };
        let job = format!(
            "key = ['k']\nbatch_rows = 100\nread = 'whole'\n[[table]]\nname = 't0'\nwhere = \"{}\"\n\
             [[table]]\nname = 't1'\nwhere = \"{}\"\n",
            wait(2000, "5"),
            wait(1, "1.5")
        );
        case.write("job.toml", job);
        staging.plan(&["job.toml"]);
        let mut first = staging.step("stage").args(["--workers", "2"]).start();
        std::thread::sleep(Duration::from_secs(3));
        assert!(first.runs(), "{system:?}: the end of t0 is still awaited");
        assert_eq!(staging.complete(), [""; 0], "t1 waits for t0");
        case.database
            .execute("DELETE FROM t0 WHERE id IN (1100, 2000)");
        staging.stage(&["--units", "0"]);
        assert!(first.runs(), "{system:?}: the end of t0 is still awaited");
        first.end().exits_with(0);
        assert_eq!(staging.complete(), ["0000000.json", "0000001.json"]);
        assert_ne!(staging.unit(0)["state"], staging.unit(1)["state"]);
        staging.keep();
        staging.finish(&[]);
        staging.publish();
        let outcome = staging.outcome();
        assert_eq!(staging.in_one_process(&["job.toml"]), outcome, "{system:?}");
    }
}
