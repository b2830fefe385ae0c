//! One state of all tables, wherever it can be proved; and where it can't, the manifest says so.

use crate::harness::{Case, Firstseen, PASSWORD, System, mariadb, postgres, secured_mariadb};
use r2d2_mysql::mysql::prelude::Queryable;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Rows of each of the two tables between which a writer moves amounts.
const ACCOUNTS: i64 = 40;
/// What all amounts add up to, whenever one looks.
const SUM: i64 = 2 * ACCOUNTS * 100;

/// The job that reads tables like these.
const JOB: [&str; 7] = ["run", "--key", "id", "--format", "csv", "--force", "-v"];

/// Both tables, side by side.
const BOTH: [&str; 4] = ["--tables", "left,right", "--workers", "2"];

#[test]
fn amounts_that_move_between_tables_of_postgresql_add_up_in_every_run() {
    let case = accounts(System::Postgres);
    assert_eq!(proved_runs(&case, &case.database.url(), "auto", 60), 60);
}

#[test]
fn amounts_that_move_between_tables_of_mariadb_add_up_whenever_a_snapshot_is_proved() {
    let case = accounts(System::MariaDb);
    let proved = proved_runs(&case, &case.database.url(), "auto", 60);
    assert!(
        proved > 0,
        "a snapshot without a lock is proved now and then"
    );
    let reloader = mariadb().url_of("reloader", "127.0.0.1", case.database.name(), "");
    assert_eq!(proved_runs(&case, &reloader, "require", 60), 60);
}

#[test]
fn amounts_that_move_between_tables_of_a_sqlite_file_add_up_in_every_run() {
    for journal in ["wal", "delete"] {
        let case = accounts(System::Sqlite);
        case.set_journal_mode(journal);
        assert_eq!(proved_runs(&case, &case.database.url(), "require", 15), 15);
        let proved = proved_runs(&case, &case.database.url(), "auto", 15);
        assert!(
            proved > 0,
            "{journal}: a snapshot without a lock is proved now and then"
        );
    }
}

/// Two tables whose amounts add up to [`SUM`].
fn accounts(system: System) -> Case {
    let case = Case::on(system);
    for (table, first) in [("left", 1), ("right", 1 + ACCOUNTS)] {
        let table = system.quote(table);
        let rows: Vec<String> = (first..first + ACCOUNTS)
            .map(|id| format!("({id},100)"))
            .collect();
        case.database.execute_all(&[
            format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)"),
            format!("INSERT INTO {table} VALUES {}", rows.join(",")),
        ]);
    }
    case
}

/// Runs the job so often while amounts move. How many of the runs proved a snapshot: in each of these they add up.
fn proved_runs(case: &Case, source: &str, snapshot: &str, runs: usize) -> usize {
    let moves = Moves::begin(case);
    let mut proved = 0;
    for _ in 0..runs {
        let ran = job(case, source, &BOTH)
            .args(["--snapshot", snapshot])
            .succeeds();
        if case.manifest()["snapshot"] == "none" {
            ran.check(
                snapshot == "auto",
                "it says none only where none is required",
            );
        } else {
            proved += 1;
            let sum = sum(case);
            ran.check(sum == SUM, format!("the amounts add up to {sum}"));
        }
    }
    let transfers = moves.end();
    println!(
        "{:?} --snapshot {snapshot}: {proved} of {runs} runs proved, {transfers} transfers",
        case.database.system()
    );
    assert!(transfers > 10, "amounts moved meanwhile");
    proved
}

fn job(case: &Case, source: &str, tables: &[&str]) -> Firstseen {
    case.command()
        .env("FIRSTSEEN_SOURCE", source)
        .args(JOB)
        .args(tables)
}

/// Of all rows of the batch files.
fn sum(case: &Case) -> i64 {
    let files = case.files();
    let text = files.iter().map(|name| {
        std::fs::read_to_string(case.path("batches").join(name)).expect("a batch file")
    });
    text.flat_map(|text| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|line| {
            line.split(',')
                .nth(1)
                .expect("two columns")
                .parse::<i64>()
                .expect("an amount")
        })
        .sum()
}

/// A writer that moves amounts from one table to the other, a transaction each.
struct Moves {
    stop: Arc<AtomicBool>,
    writer: thread::JoinHandle<u64>,
}

impl Moves {
    fn begin(case: &Case) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, mut transfer) = (Arc::clone(&stop), transfers(case));
        let writer = thread::spawn(move || {
            let mut moved = 0;
            while !stopped.load(Ordering::Relaxed) {
                let id = i64::try_from(moved).expect("a small number") % ACCOUNTS + 1;
                moved += u64::from(transfer(id));
                // A server that is never idle would be another test's noise.
                thread::sleep(Duration::from_micros(200));
            }
            moved
        });
        Self { stop, writer }
    }

    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.writer.join().expect("the writer ends")
    }
}

/// Moves 7 from the left account of this number to a right one. Whether it was committed.
fn transfers(case: &Case) -> Box<dyn FnMut(i64) -> bool + Send> {
    let steps = move |id: i64, system: System| {
        let [left, right] = ["left", "right"].map(|table| system.quote(table));
        [
            format!("UPDATE {left} SET amount = amount - 7 WHERE id = {id}"),
            format!(
                "UPDATE {right} SET amount = amount + 7 WHERE id = {}",
                id + ACCOUNTS
            ),
        ]
    };
    match case.database.system() {
        System::MariaDb => {
            let mut conn = mariadb().connect_to(case.database.name());
            Box::new(move |id| {
                conn.query_drop("BEGIN").expect("a transaction");
                for step in steps(id, System::MariaDb) {
                    conn.query_drop(step).expect("an update");
                }
                conn.query_drop("COMMIT").is_ok()
            })
        }
        System::Postgres => {
            let mut client = postgres().connect_to(case.database.name());
            Box::new(move |id| {
                let script = format!("BEGIN;{};COMMIT", steps(id, System::Postgres).join(";"));
                client.batch_execute(&script).is_ok()
            })
        }
        System::Sqlite => {
            let conn =
                rusqlite::Connection::open(case.path("source.sqlite")).expect("a SQLite file");
            conn.busy_timeout(Duration::from_secs(5))
                .expect("a timeout");
            conn.pragma_update(None, "synchronous", "off")
                .expect("a setting");
            Box::new(move |id| {
                let script = format!(
                    "BEGIN IMMEDIATE;{};COMMIT",
                    steps(id, System::Sqlite).join(";")
                );
                let moved = conn.execute_batch(&script).is_ok();
                if !moved {
                    let _ = conn.execute_batch("ROLLBACK");
                }
                moved
            })
        }
    }
}

#[test]
fn what_proves_a_snapshot_stands_in_manifest_and_log() {
    let one = ["--tables", "left,right", "--workers", "1"];
    let off = ["--tables", "left,right", "--snapshot", "off"];
    for (system, tables, name, told) in [
        (
            System::Postgres,
            &BOTH,
            "exported",
            "at one moment: exported",
        ),
        (
            System::MariaDb,
            &one,
            "single-session",
            "at one moment: single-session",
        ),
        (
            System::MariaDb,
            &off,
            "none",
            "at different moments: --snapshot off",
        ),
        (
            System::Sqlite,
            &BOTH,
            "witnessed",
            "at one moment: witnessed",
        ),
        (
            System::Sqlite,
            &off,
            "none",
            "at different moments: --snapshot off",
        ),
    ] {
        let case = accounts(system);
        let ran = job(&case, &case.database.url(), tables)
            .succeeds()
            .says(told);
        ran.check(
            case.manifest()["snapshot"] == name,
            format!("the manifest says {name}"),
        );
    }
}

#[test]
fn a_snapshot_that_can_not_be_proved_is_none_or_refused() {
    let stock = [&BOTH[..], &["--extractor", "connectorx"]].concat();
    for (system, tables, why) in [
        (
            System::MariaDb,
            &stock[..],
            "ConnectorX's stock source reads each table by itself",
        ),
        (
            System::Postgres,
            &stock,
            "ConnectorX's stock source reads each table by itself",
        ),
        (
            System::MariaDb,
            &["--tables", "left,old"],
            "table old: its engine MyISAM keeps no earlier states",
        ),
        (
            System::MariaDb,
            &["--tables", "left,seen"],
            "table seen: it is a view",
        ),
    ] {
        let case = accounts(system);
        if system == System::MariaDb {
            case.database.execute_all(&[
                "CREATE TABLE old (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL) ENGINE=MyISAM",
                "CREATE VIEW seen AS SELECT * FROM `right`",
            ]);
        }
        unproved(&case, &case.database.url(), tables, why);
    }
}

fn unproved(case: &Case, source: &str, tables: &[&str], why: &str) {
    let auto = job(case, source, tables).succeeds().says(why);
    auto.check(
        case.manifest()["snapshot"] == "none",
        "the manifest says none",
    );
    let required = job(case, source, tables).args(["--snapshot", "require"]);
    required
        .fails_with(3)
        .says(why)
        .says("--snapshot auto reads without one");
}

#[test]
fn without_a_binary_log_mariadb_needs_a_lock_or_a_single_session() {
    let (server, case) = (secured_mariadb(), Case::on(System::Sqlite));
    let name = server.fresh_database();
    let mut conn = server.connect_to(&name);
    for statement in [
        "CREATE TABLE `left` (id INTEGER PRIMARY KEY)".to_owned(),
        "CREATE TABLE `right` (id INTEGER PRIMARY KEY)".to_owned(),
        format!("CREATE USER plain IDENTIFIED BY '{PASSWORD}'"),
        "GRANT SELECT ON *.* TO plain".to_owned(),
    ] {
        conn.query_drop(statement).expect("a statement");
    }
    let source = server.url_of("plain", "127.0.0.1", &name, "sslmode=disable");
    let says = |tables: &[&str], snapshot: &str, name: &str| {
        let ran = job(&case, &source, tables)
            .args(["--snapshot", snapshot])
            .succeeds();
        ran.check(
            case.manifest()["snapshot"] == name,
            format!("the manifest says {name}"),
        );
    };
    says(
        &["--tables", "left,right", "--workers", "1"],
        "require",
        "single-session",
    );
    says(&BOTH, "auto", "none");
    let required = job(&case, &source, &BOTH).args(["--snapshot", "require"]);
    required.fails_with(3).says("GRANT RELOAD");
    conn.query_drop("GRANT RELOAD ON *.* TO plain")
        .expect("a privilege");
    says(&BOTH, "require", "backup-stage");
}

/// Statements that would make another table of `right` while it is read.
fn alterations(system: System) -> Vec<Vec<&'static str>> {
    let swap = match system {
        System::MariaDb => "RENAME TABLE `right` TO gone, other TO `right`",
        System::Postgres | System::Sqlite => {
            "ALTER TABLE \"right\" RENAME TO gone; ALTER TABLE other RENAME TO \"right\""
        }
    };
    let truncate = match system {
        System::MariaDb => "TRUNCATE TABLE `right`",
        System::Postgres => "TRUNCATE TABLE \"right\"",
        System::Sqlite => "DELETE FROM \"right\"",
    };
    let add = match system {
        System::MariaDb => "ALTER TABLE `right` ADD COLUMN sooner INTEGER FIRST, ALGORITHM=INSTANT",
        System::Postgres | System::Sqlite => "ALTER TABLE \"right\" ADD COLUMN sooner INTEGER",
    };
    vec![vec![swap], vec![truncate], vec![add]]
}

#[test]
fn a_table_that_others_alter_is_read_as_it_was() {
    for system in System::ALL {
        for alteration in alterations(system) {
            let case = accounts(system);
            // With a log beside it, the file is not read as one that nobody writes.
            let _logging = (system == System::Sqlite).then(|| logging(&case));
            case.database
                .execute("CREATE TABLE other (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)");
            altered_meanwhile(&case, &alteration);
        }
    }
}

/// A connection that keeps the write-ahead log of the case's file in place.
fn logging(case: &Case) -> rusqlite::Connection {
    case.set_journal_mode("wal");
    let conn = rusqlite::Connection::open(case.path("source.sqlite")).expect("a SQLite file");
    conn.execute_batch("CREATE TABLE logged (id INTEGER)")
        .expect("a first entry of the log");
    conn
}

/// The first table takes its time; meanwhile the second one is altered, or waits for the job's end with that.
fn altered_meanwhile(case: &Case, alteration: &[&str]) {
    let slow = match case.database.system() {
        System::MariaDb => "SLEEP(0.02) = 0",
        System::Postgres => "pg_sleep(0.02)::text = ''",
        System::Sqlite => {
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000 + id * 0) SELECT max(i) FROM n) > 0"
        }
    };
    let tables = ["--tables", "left,right", "--workers", "1", "--where", slow];
    let mut running = job(case, &case.database.url(), &tables).start();
    thread::sleep(Duration::from_millis(300));
    assert!(running.runs(), "the first table takes its time");
    case.database.execute_all(alteration);
    let ran = running.end().exits_with(0);
    let sum = sum(case);
    ran.check(
        sum == SUM,
        format!("after {alteration:?} the amounts add up to {sum}"),
    );
}

#[test]
fn a_lock_of_another_session_is_waited_for_no_longer_than_the_job_allows() {
    for system in System::ALL {
        let case = accounts(system);
        let _held = case.database.lock("right");
        let begun = Instant::now();
        let ran = job(&case, &case.database.url(), &BOTH)
            .args(["--lock-wait-secs", "1"])
            .end();
        let waited = begun.elapsed();
        ran.check(
            waited < Duration::from_secs(8),
            format!("it waited {waited:?}"),
        );
        ran.exits_with(3).says("lock");
        assert!(!case.path("batches").exists(), "nothing is published");
    }
}

#[test]
fn a_server_that_lets_in_fewer_sessions_is_read_by_fewer_workers() {
    for system in [System::MariaDb, System::Postgres] {
        let case = accounts(system);
        let name = case.database.name();
        let source = match system {
            System::MariaDb => mariadb().url_of("few", "127.0.0.1", name, ""),
            _ => case.database.url().replace("reader", "few"),
        };
        let tables = [
            "--tables",
            "left,right",
            "--partition-on",
            "id",
            "--partitions",
            "4",
            "--workers",
            "6",
        ];
        let ran = job(&case, &source, &tables)
            .succeeds()
            .says("workers instead of 6");
        ran.check(sum(&case) == SUM, "all rows are there");
    }
}
