//! SIGINT and SIGTERM stop a job within two seconds, even while its workers wait, and leave nothing behind.

use crate::harness::{Case, Ran, Running, Strace, System, Table};
use rustix::process::Signal;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A signal must end a job within this time.
const DEADLINE: Duration = Duration::from_secs(2);

/// How long it takes until a started job is reading.
const WARM_UP: Duration = Duration::from_millis(600);

#[test]
fn sigint_stops_a_job_that_reads_with_exit_code_130() {
    for system in System::ALL {
        stops_while_reading(system, Signal::INT, 130);
    }
}

#[test]
fn sigterm_stops_a_job_that_reads_with_exit_code_143() {
    for system in System::ALL {
        stops_while_reading(system, Signal::TERM, 143);
    }
}

#[test]
fn a_signal_stops_a_job_that_waits_behind_a_lock_of_mariadb() {
    use r2d2_mysql::mysql::prelude::Queryable;
    let case = case_of_one_table(System::MariaDb);
    let mut conn = case.database.mariadb().connect_to(case.database.name());
    conn.query_drop("LOCK TABLES t WRITE").expect("a lock");
    let ran = interrupted(job(&case, "id > 0"), Signal::INT);
    ran.exits_with(130);
    leaves_nothing(&case);
}

#[test]
fn a_signal_stops_a_job_that_waits_behind_a_lock_of_postgresql() {
    let case = case_of_one_table(System::Postgres);
    let mut client = crate::harness::postgres().connect_to(case.database.name());
    client
        .batch_execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        .expect("a lock");
    let ran = interrupted(job(&case, "id > 0"), Signal::TERM);
    ran.exits_with(143);
    drop(client);
    leaves_nothing(&case);
}

#[test]
fn an_interrupted_job_leaves_the_old_output_in_place() {
    let case = case_of_one_table(System::Sqlite);
    case.run().args(["--tables", "t", "--key", "id"]).succeeds();
    let (files, manifest) = (case.files(), case.manifest());
    interrupted(job(&case, &slow(System::Sqlite)), Signal::INT).exits_with(130);
    assert_eq!((case.files(), case.manifest()), (files, manifest));
    case.verify().succeeds();
}

#[test]
fn a_killed_job_is_swept_by_the_next_one() {
    let case = case_of_one_table(System::Sqlite);
    let running = job(&case, &slow(System::Sqlite));
    sleep(WARM_UP);
    running.signal(Signal::KILL);
    running.end();
    case.run().args(["--tables", "t", "--key", "id"]).succeeds();
    assert_eq!(
        case.entries(),
        ["batches", "batches.manifest.json", "source.sqlite"]
    );
}

#[test]
fn a_signal_stops_a_job_that_writes_and_leaves_the_old_output_in_place() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let case = case_of_one_table(System::Sqlite);
        let job = ["--tables", "t", "--key", "id", "--force"];
        case.run().args(job).succeeds();
        let (files, manifest) = (case.files(), case.manifest());
        // Each of 200 files waits a tenth of a second for the disk.
        let slow = Strace::listing(&case).inject("fsync", "delay_enter=100000", None);
        let writing = slow
            .run(case.run().args(job).args(["--batch-rows", "1"]))
            .start();
        let ran = interrupted(writing, signal).exits_with(code);
        let log = fs::read_to_string(slow.log()).expect("a log");
        ran.check(
            log.contains("batch-0000001-0000001.parquet"),
            "it was writing",
        );
        ran.check(!log.contains("renameat2("), "it was not publishing yet");
        assert_eq!((case.files(), case.manifest()), (files, manifest));
        fs::remove_file(slow.log()).expect("a log");
        assert_eq!(
            case.entries(),
            ["batches", "batches.manifest.json", "source.sqlite"]
        );
    }
}

fn stops_while_reading(system: System, signal: Signal, code: i32) {
    let case = case_of_one_table(system);
    interrupted(job(&case, &slow(system)), signal).exits_with(code);
    leaves_nothing(&case);
}

fn case_of_one_table(system: System) -> Case {
    Case::with(system, &[Table::notes("t").ids(1..=200)])
}

/// A job with the default handling of each signal: with `nohup`, the tests ignore SIGHUP, and the job would inherit that.
fn job(case: &Case, filter: &str) -> Running {
    case.run()
        .args(["--tables", "t", "--key", "id", "--where", filter, "--force"])
        .under("env", ["--default-signal"])
        .start()
}

/// A filter that takes several minutes.
fn slow(system: System) -> String {
    match system {
        System::MariaDb => "SLEEP(2) = 0".into(),
        System::Postgres => "pg_sleep(2)::text = ''".into(),
        System::Sqlite => {
            "(WITH RECURSIVE c(n) AS (SELECT id UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) \
             SELECT count(*) FROM c) > 0"
                .into()
        }
    }
}

/// Sends the signal to a running job, and expects it to end in time.
fn interrupted(mut running: Running, signal: Signal) -> Ran {
    sleep(WARM_UP);
    let runs = running.runs();
    let begin = Instant::now();
    if runs {
        running.signal(signal);
    }
    let ran = running.end();
    ran.check(runs, "it is still running when the signal arrives");
    ran.check(
        begin.elapsed() < DEADLINE,
        format!("it ends {:?} after the signal", begin.elapsed()),
    );
    ran
}

/// Checks that no file is left, and no session in the database.
fn leaves_nothing(case: &Case) {
    let left: Vec<String> = case
        .entries()
        .into_iter()
        .filter(|name| name != "source.sqlite")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(case.database.sessions_left(), 0);
}

#[test]
fn a_hangup_stops_a_job_that_reads_with_exit_code_129() {
    stops_while_reading(System::Sqlite, Signal::HUP, 129);
}
