//! What sessions on PostgreSQL send, and what they leave behind: poolers pass them on to others.

use crate::harness::{Case, Postgres, System, postgres};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn a_session_is_in_a_transaction_before_it_sets_anything_and_leaves_none_open() {
    let case = logged(3);
    let jobs: [&[&str]; 4] = [
        &["run", "--check-counts", "--force"],
        &["plan"],
        &["run", "--snapshot", "off", "--force"],
        &["run", "--force"],
    ];
    for job in jobs {
        for extractor in ["wire", "connectorx"] {
            if extractor == "connectorx" && job.contains(&"--check-counts") {
                continue;
            }
            let job = [job, &["--extractor", extractor]].concat();
            for statements in said(&case, &job).into_values() {
                let all = statements.join("\n");
                let first = statements.first().expect("a statement");
                assert!(first.contains(": BEGIN "), "{job:?}: {all}");
                let last = statements.last().expect("a statement");
                assert!(last.ends_with(": ROLLBACK"), "{job:?}: {all}");
                assert!(!all.contains("', false) END"), "{job:?}: {all}");
                for set in all.match_indices("SET ") {
                    let behind = &all[set.0..];
                    let is_local = ["SET LOCAL ", "SET TRANSACTION "]
                        .iter()
                        .any(|local| behind.starts_with(local));
                    assert!(is_local, "{job:?}: {behind}");
                }
                if extractor == "wire" || job[0] == "plan" {
                    assert!(!all.contains("parse s"), "{job:?}: a name: {all}");
                }
            }
        }
    }
}

#[test]
fn the_catalogue_is_asked_few_questions_about_many_tables() {
    let case = logged(40);
    for job in [&["plan"][..], &["run", "--count-only", "--workers", "1"]] {
        let sessions = said(&case, job);
        let catalog = sessions
            .values()
            .find(|statements| statements.iter().any(|said| said.contains("pg_attribute")))
            .expect("the catalog session");
        let (parsed, asked): (Vec<_>, Vec<_>) = catalog
            .iter()
            .partition(|statement| statement.starts_with("parse <unnamed>"));
        // A job checks what is read twice more: when its sessions have begun, and at its end.
        let most = if job[0] == "plan" { 12 } else { 24 };
        assert!(asked.len() <= most, "{job:?}: {asked:#?}");
        // Each query is parsed once, after each table was locked.
        let most = if job[0] == "plan" { 40 } else { 80 };
        assert!(parsed.len() <= most, "{job:?}: {parsed:#?}");
    }
}

#[test]
fn a_signal_ends_what_the_catalogue_waits_for() {
    let case = logged(1);
    let name = case.database.name();
    let mut other = postgres().connect_to(name);
    let mut transaction = other.transaction().expect("a transaction");
    let lock = format!("LOCK TABLE {name}_0 IN ACCESS EXCLUSIVE MODE");
    transaction.batch_execute(&lock).expect("a lock");
    let source = format!("{}?application_name=left_{name}", case.database.url());
    let tables = format!("{name}_0");
    let running = case
        .command()
        .args([
            "plan", "--source", &source, "--tables", &tables, "--key", "id",
        ])
        .start();
    let mut client = postgres().connect_to("postgres");
    let waiting = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left_{name}' AND wait_event_type = 'Lock'"
    );
    let mut is_waiting = || {
        let row = client.query_one(&waiting, &[]).expect("a count");
        row.get::<_, i64>(0) > 0
    };
    until(&mut is_waiting, "the catalog session waits for the lock");
    running.signal(Signal::INT);
    let ran = running.end().exits_with(130);
    ran.check(ran.elapsed < Duration::from_secs(20), "it ends in time");
    until(&mut || !is_waiting(), "its session no longer waits");
}

fn until(is_so: &mut dyn FnMut() -> bool, what: &str) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A database with this many tables, every statement on which is in the server's log.
fn logged(tables: usize) -> Case {
    let case = Case::on(System::Postgres);
    let name = case.database.name().to_owned();
    let table = |number: usize| {
        format!(
            "CREATE TABLE {name}_{number} (id integer PRIMARY KEY, note text); \
             INSERT INTO {name}_{number} VALUES ({number}, 'n')"
        )
    };
    let tables: Vec<String> = (0..tables).map(table).collect();
    case.database.execute_all(&tables);
    let log = format!("ALTER DATABASE {name} SET log_min_duration_statement = 0");
    case.database.execute_all(&[log]);
    case
}

/// What each session of a job sent, by process: `parse NAME: SQL`, `statement: SQL`.
fn said(case: &Case, job: &[&str]) -> BTreeMap<String, Vec<String>> {
    let name = case.database.name();
    let before = log(postgres()).len();
    let (source, tables) = (case.database.url(), format!("{name}_*"));
    case.command()
        .args(job)
        .args(["--source", &source, "--tables", &tables, "--key", "id"])
        .succeeds();
    let log = log(postgres());
    let mut sessions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in log[before..].lines() {
        let process = line
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'));
        let statement = line
            .split_once("duration: ")
            .and_then(|(_, rest)| rest.split_once(" ms  "));
        if let (Some((process, _)), Some((_, statement))) = (process, statement) {
            let of_process = sessions.entry(process.to_owned()).or_default();
            of_process.push(statement.to_owned());
        }
    }
    // The log can contain sessions of other databases, too.
    sessions.retain(|_, statements| {
        statements
            .iter()
            .any(|statement| statement.contains(&format!("{name}_")))
    });
    assert!(!sessions.is_empty(), "the log contains {name}");
    sessions
}

fn log(server: &Postgres) -> String {
    let log = fs::read(server.folder().join("server.log")).expect("the server's log");
    String::from_utf8_lossy(&log).into_owned()
}
