//! One state of the database for several processes.

use super::{Staging, wide};
use crate::harness::{Case, System, postgres};
use rustix::process::Signal;

const JOB: [&str; 8] = [
    "--tables",
    "t0,t1,t2",
    "--key",
    "k",
    "--batch-rows",
    "100",
    "--read",
    "keys-first",
];

/// Changes that another session commits: each would change the result.
fn change(case: &Case) {
    let changes = [
        "UPDATE t1 SET note = 'changed', k = k + 5000",
        "DELETE FROM t2 WHERE id % 2 = 0",
        "INSERT INTO t0 VALUES (9000, 9000, 'new')",
    ];
    case.database.execute_all(&changes);
    if case.database.system() == System::Postgres {
        let mut admin = postgres().connect_to(case.database.name());
        admin.batch_execute("VACUUM t1").expect("a vacuum");
        admin.batch_execute("VACUUM t2").expect("a vacuum");
    }
}

#[test]
fn keys_are_staged_and_their_rows_fetched_from_the_snapshot_that_is_held() {
    let case = Case::on(System::Postgres);
    wide(&case, 3, 400);
    let staging = Staging { case: &case };
    let expected = staging.in_one_process(&JOB);
    staging.plan(&[&JOB[..], &["--snapshot", "require", "--shard-files", "2"]].concat());
    let holder = staging.hold();
    staging.stage(&["--units", "0..1"]);
    change(&case);
    staging.stage(&[]);
    assert_eq!(staging.unit(2)["holds"], "keys");
    staging.keep();
    staging.finish(&["--shards", "0..1"]);
    staging.finish(&[]);
    let ran = staging.publish();
    assert_eq!(staging.outcome(), expected);
    let manifest = case.manifest();
    ran.check(manifest["snapshot"] == "exported", "one snapshot");
    ran.check(manifest["tables"][0]["read"] == "keys-first", "keys first");
    let fetched = |name: &str| manifest["tables"][0][name].as_u64().expect("a number");
    assert_eq!(
        fetched("rows_located") + fetched("rows_scanned"),
        fetched("new")
    );
    // It notices that the stage is gone.
    holder.end().exits_with(0);
    assert_eq!(case.database.sessions_left(), 0);
}

#[test]
fn when_the_holder_dies_what_is_not_complete_fails() {
    let case = Case::on(System::Postgres);
    wide(&case, 3, 400);
    let staging = Staging { case: &case };
    staging.plan(&[&JOB[..], &["--snapshot", "require"]].concat());
    let holder = staging.hold();
    staging.stage(&["--units", "0..1"]);
    staging
        .step("hold")
        .fails_with(6)
        .says("another process holds a state");
    staging
        .step("discard")
        .fails_with(6)
        .says("a process holds a state");
    holder.signal(Signal::KILL);
    holder.end();
    let refused = staging.step("stage").fails_with(3);
    refused
        .says("--snapshot require")
        .says("start firstseen hold");
    let another = staging.hold();
    staging
        .step("stage")
        .fails_with(3)
        .says("another state of the database");
    another.signal(Signal::INT);
    another.end().exits_with(0);
    assert!(
        !staging.path("snapshot.json").exists(),
        "a holder that is stopped leaves no state"
    );
    // Following the hint.
    staging.step("discard").succeeds();
    let holder = staging.hold();
    staging.stage(&[]);
    staging.keep();
    holder.signal(Signal::KILL);
    holder.end();
    staging
        .step("finish")
        .fails_with(3)
        .says("the process that held the state of the database has ended");
    assert!(
        staging
            .step("publish")
            .fails_with(2)
            .stderr
            .contains("shards aren't finished")
    );
}

#[test]
fn a_stage_whose_holder_dies_meanwhile_completes_no_more_units() {
    let case = Case::on(System::Postgres);
    wide(&case, 2, 400);
    let staging = Staging { case: &case };
    let slow = "CASE WHEN id = 400 THEN pg_sleep(2)::text = '' ELSE true END";
    staging.plan(&["--tables", "t0,t1", "--key", "k", "--where", slow]);
    let holder = staging.hold();
    let running = staging.step("stage").args(["--workers", "1"]).start();
    while staging.complete().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    holder.signal(Signal::KILL);
    holder.end();
    running
        .end()
        .exits_with(3)
        .says("the process that held the state of the database has ended");
    assert_eq!(staging.complete(), ["0000000.json"]);
}

#[test]
fn every_process_sees_the_same_place_in_the_binary_log_or_says_so() {
    let case = Case::on(System::MariaDb);
    wide(&case, 3, 400);
    let staging = Staging { case: &case };
    // Other tests commit on the same server.
    let steady = || {
        staging.plan(&[&JOB[..], &["--force"]].concat());
        let holder = staging.hold();
        staging.stage(&[]);
        let is_witnessed = staging.unit(0)["snapshot"] == "witnessed";
        let is_held = staging.unit(0)["state"] == held(&staging);
        holder.signal(Signal::TERM);
        holder.end().exits_with(0);
        (is_witnessed, is_held)
    };
    let (is_witnessed, is_held) = steady();
    assert_eq!(
        is_witnessed, is_held,
        "a witnessed state is the one that is held"
    );
    assert_eq!(
        staging.unit(0)["holds"],
        "rows",
        "only an exported snapshot can be had later"
    );
    staging.step("discard").succeeds();
    staging.plan(&[&JOB[..], &["--snapshot", "require", "--force"]].concat());
    let holder = staging.hold();
    change(&case);
    let refused = staging
        .step("stage")
        .args(["--units", "0..1"])
        .fails_with(3);
    refused.says("other sessions have committed since firstseen hold began");
    assert!(staging.complete().is_empty());
    holder.signal(Signal::TERM);
    holder.end().exits_with(0);
}

fn held(staging: &Staging<'_>) -> serde_json::Value {
    let text = std::fs::read(staging.path("snapshot.json")).expect("a state");
    let state: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    state["id"].clone()
}

#[test]
fn units_that_processes_read_from_states_of_their_own_have_no_one_snapshot() {
    let case = Case::on(System::Sqlite);
    wide(&case, 3, 100);
    let staging = Staging { case: &case };
    staging.plan(&JOB);
    staging.stage(&["--units", "0"]);
    staging.stage(&[]);
    assert_eq!(staging.unit(1)["snapshot"], "witnessed");
    staging.keep();
    staging.finish(&[]);
    staging.publish();
    assert_eq!(case.manifest()["snapshot"], "none");
    // One process reads one state.
    staging.stage(&[]);
    staging.keep();
    staging.finish(&[]);
    staging.publish();
    assert_eq!(case.manifest()["snapshot"], "witnessed");
    staging
        .step("hold")
        .fails_with(3)
        .says("no state that several processes");
}
