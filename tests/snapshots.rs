//! One consistent snapshot of all tables, if it can be verified. If it can't, the manifest says so.

use crate::harness::accounts::{self, SUM};
use crate::harness::{
    Case, Firstseen, Lonely, PASSWORD, Proxy, Spot, Strace, System, mariadb_as_mysql,
    secured_mariadb, tell,
};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

/// The number of runs for each way to verify a snapshot.
const RUNS: usize = 200;

/// The flags of a job that reads such tables.
const JOB: [&str; 7] = ["run", "--key", "id", "--format", "csv", "--force", "-v"];

/// Both tables, read at the same time.
const BOTH: [&str; 4] = ["--tables", "left,right", "--workers", "2"];

#[test]
fn amounts_that_move_between_tables_of_postgresql_add_up_in_every_run() {
    let case = with_accounts(System::Postgres);
    assert_eq!(
        proved_runs(&case, &case.database.url(), "auto", RUNS, &["exported"]),
        RUNS
    );
}

#[test]
fn amounts_that_move_between_tables_of_mariadb_add_up_whenever_a_snapshot_is_proved() {
    let case = with_accounts(System::MariaDb);
    let proved = proved_runs(&case, &case.database.url(), "auto", RUNS, &["witnessed"]);
    assert!(
        proved > 0,
        "a snapshot is sometimes verified without a lock"
    );
    let proofs = ["witnessed", "backup-stage"];
    let reloader = case.database.url_of("reloader");
    assert_eq!(
        proved_runs(&case, &reloader, "require", RUNS, &proofs),
        RUNS
    );
    // Without a binary log, there is no other way.
    let case = accounts_of(Case::at(secured_mariadb()));
    let reloader = case.database.url_of("reloader");
    assert_eq!(
        proved_runs(&case, &reloader, "require", RUNS, &proofs[1..]),
        RUNS
    );
}

/// MariaDB supports the same statements, so it stands in for a MySQL server.
#[test]
fn amounts_that_move_between_tables_of_mysql_add_up_under_its_global_read_lock() {
    let case = accounts_of(Case::at(mariadb_as_mysql()));
    let reloader = case.database.url_of("reloader");
    let proofs = ["global-read-lock"];
    assert_eq!(
        proved_runs(&case, &reloader, "require", RUNS, &proofs),
        RUNS
    );
    let plain = job(&case, &case.database.url(), &BOTH).args(["--snapshot", "require"]);
    plain.fails_with(3).says("GRANT RELOAD");
}

/// If another session holds a lock, a job that waits for a global lock would keep everyone from writing until it has the lock.
#[test]
fn a_global_lock_that_is_not_had_in_time_is_given_up_and_keeps_nobody_waiting() {
    let mysql = accounts_of(Case::at(mariadb_as_mysql()));
    let mariadb = accounts_of(Case::at(secured_mariadb()));
    for case in [mysql, mariadb] {
        let held = case.database.lock("right");
        let begun = Instant::now();
        let required = ["--snapshot", "require", "--lock-wait-secs", "1"];
        let ran = job(&case, &case.database.url_of("reloader"), &BOTH)
            .args(required)
            .end();
        let waited = begun.elapsed();
        let ran = ran.exits_with(3).says("lock");
        ran.check(
            waited < Duration::from_secs(8),
            format!("it waited {waited:?}"),
        );
        let begun = Instant::now();
        case.database.execute("UPDATE `left` SET amount = 100");
        ran.check(
            begun.elapsed() < Duration::from_millis(500),
            "a session that writes to another table doesn't have to wait",
        );
        drop(held);
        ran.check(!case.path("batches").exists(), "nothing is published");
    }
}

#[test]
fn amounts_that_move_between_tables_of_a_sqlite_file_add_up_in_every_run() {
    for journal in ["wal", "delete"] {
        let case = with_accounts(System::Sqlite);
        case.set_journal_mode(journal);
        let url = case.database.url();
        let proofs = ["witnessed", "write-lock"];
        let proved = proved_runs(&case, &url, "require", RUNS / 2, &proofs);
        assert_eq!(proved, RUNS / 2);
        let proved = proved_runs(&case, &url, "auto", RUNS / 2, &proofs[..1]);
        assert!(
            proved > 0,
            "{journal}: a snapshot is sometimes verified without a lock"
        );
    }
}

/// If someone always commits before all sessions have begun, the job takes a lock while they begin. strace slows it down.
#[test]
fn amounts_add_up_in_a_sqlite_file_whose_sessions_begin_behind_a_lock() {
    let case = with_accounts(System::Sqlite);
    case.set_journal_mode("wal");
    let slow = Strace::listing(&case).inject("fcntl", "delay_enter=60000", None);
    let moves = accounts::Moves::begin(&case);
    // On a busy machine, the writer might miss its moment.
    let locked = (1..=5).find(|_| {
        let required = ["--snapshot", "require"];
        let job = job(&case, &case.database.url(), &BOTH).args(required);
        let ran = slow.run(job).succeeds();
        let sum = sum(&case);
        ran.check(sum == SUM, format!("the amounts add up to {sum}"));
        case.manifest()["snapshot"] == "write-lock"
    });
    let transfers = moves.end();
    tell(&format!(
        "Sqlite --snapshot require, slowed down: run {locked:?} took a lock to begin, {transfers} transfers meanwhile"
    ));
    assert!(locked.is_some());
}

fn with_accounts(system: System) -> Case {
    accounts_of(Case::on(system))
}

fn accounts_of(case: Case) -> Case {
    accounts::create(&case);
    case
}

/// Runs the job this many times while amounts move. Returns how many runs verified a snapshot by one of the `proofs`; in each
/// of these, the amounts add up.
fn proved_runs(case: &Case, source: &str, snapshot: &str, runs: usize, proofs: &[&str]) -> usize {
    let moves = accounts::Moves::begin(case);
    let (mut proved, mut by) = (0, BTreeSet::new());
    for _ in 0..runs {
        let ran = job(case, source, &BOTH)
            .args(["--snapshot", snapshot])
            .succeeds();
        let proof = case.manifest()["snapshot"].clone();
        if proof == "none" {
            ran.check(snapshot == "auto", "it says none only if none is required");
        } else {
            proved += 1;
            by.insert(proof.to_string());
            ran.check(
                proofs.iter().any(|known| proof == *known),
                format!("one of {proofs:?}"),
            );
            let sum = sum(case);
            ran.check(sum == SUM, format!("the amounts add up to {sum}"));
        }
    }
    let transfers = moves.end();
    tell(&format!(
        "{:?} --snapshot {snapshot}: {proved} of {runs} runs verified a snapshot, by {by:?}; {transfers} transfers meanwhile",
        case.database.system()
    ));
    assert!(transfers > 10, "amounts moved meanwhile");
    proved
}

fn job(case: &Case, source: &str, tables: &[&str]) -> Firstseen {
    case.command()
        .env("FIRSTSEEN_SOURCE", source)
        .args(JOB)
        .args(tables)
}

/// The sum over all rows of the batch files.
fn sum(case: &Case) -> i64 {
    let lines = Spot::at(case.folder()).lines(1).into_iter();
    let amounts = lines.map(|line| {
        let (_, amount) = line.split_once(',').expect("two columns");
        amount.parse::<i64>().expect("an amount")
    });
    amounts.sum()
}

#[test]
fn what_proves_a_snapshot_stands_in_manifest_log_and_summary() {
    let one = ["--tables", "left,right", "--workers", "1"];
    let off = ["--tables", "left,right", "--snapshot", "off"];
    for (system, tables, name, told) in [
        (
            System::Postgres,
            &BOTH,
            "exported",
            "one consistent snapshot of all tables: exported",
        ),
        (
            System::MariaDb,
            &one,
            "single-session",
            "one consistent snapshot of all tables: single-session",
        ),
        (
            System::MariaDb,
            &off,
            "none",
            "tables might be read at different moments: --snapshot off",
        ),
        (
            System::Sqlite,
            &BOTH,
            "witnessed",
            "one consistent snapshot of all tables: witnessed",
        ),
        (
            System::Sqlite,
            &off,
            "none",
            "tables might be read at different moments: --snapshot off",
        ),
    ] {
        let case = with_accounts(system);
        let ran = job(&case, &case.database.url(), tables)
            .succeeds()
            .says(told);
        ran.check(
            case.manifest()["snapshot"] == name,
            format!("the manifest says {name}"),
        );
        let line = match name {
            "none" => {
                "\nno consistent snapshot: tables might have been read at different moments\n"
                    .to_owned()
            }
            name => format!("\none consistent snapshot of all tables: {name}\n"),
        };
        ran.check(
            ran.stdout.contains(&line),
            format!("the summary says{line}"),
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
            "ConnectorX's own source reads each table separately",
        ),
        (
            System::Postgres,
            &stock,
            "ConnectorX's own source reads each table separately",
        ),
        (
            System::MariaDb,
            &["--tables", "left,old"],
            "table old: its engine MyISAM doesn't keep earlier states",
        ),
        (
            System::MariaDb,
            &["--tables", "left,seen"],
            "table seen: it is a view",
        ),
        (
            System::MariaDb,
            &[
                &BOTH[..],
                &["--where", "id NOT IN (SELECT id + 1000 FROM `old`)"],
            ]
            .concat(),
            ".old, whose engine is MyISAM",
        ),
        (
            System::MariaDb,
            &[
                &BOTH[..],
                &[
                    "--where",
                    "NOT EXISTS (SELECT * FROM seen WHERE seen.id < 0)",
                ],
            ]
            .concat(),
            ".seen, whose tables might not keep earlier states",
        ),
    ] {
        let case = with_accounts(system);
        if system == System::MariaDb {
            case.database.execute_all(&[
                "CREATE TABLE old (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL) ENGINE=MyISAM",
                "CREATE VIEW seen AS SELECT * FROM `right`",
            ]);
        }
        unproved(&case, &case.database.url(), tables, why);
    }
}

#[test]
fn what_a_filter_of_mariadb_reads_is_part_of_the_snapshot_and_is_not_altered() {
    let case = with_accounts(System::MariaDb);
    case.database.execute_all(&[
        "CREATE TABLE chosen (id BIGINT PRIMARY KEY)",
        "INSERT INTO chosen SELECT id FROM `left` UNION SELECT id FROM `right`",
        "CREATE FUNCTION one() RETURNS INT RETURN 1",
        "GRANT EXECUTE ON FUNCTION one TO reader",
    ]);
    let slow = "SLEEP(0.02) = 0 AND one() = 1 AND id IN (SELECT id FROM chosen)";
    let tables = ["--tables", "left,right", "--workers", "1", "--where", slow];
    let mut running = job(&case, &case.database.url(), &tables).start();
    thread::sleep(Duration::from_millis(300));
    if !running.runs() {
        running.end().exits_with(0);
        panic!("the first table takes its time");
    }
    case.database.execute("TRUNCATE TABLE chosen");
    let ran = running.end().exits_with(0);
    let ran = ran.says(".one: firstseen can't know what a function reads");
    ran.check(sum(&case) == SUM, "every row was chosen");
    ran.check(
        case.manifest()["snapshot"] == "single-session",
        "one session",
    );
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
        .says("use --snapshot auto, which reads without one");
}

#[test]
fn without_a_binary_log_mariadb_needs_a_lock_or_a_single_session() {
    let case = accounts_of(Case::at(secured_mariadb()));
    case.database.execute_all(&[
        format!("CREATE USER plain IDENTIFIED BY '{PASSWORD}'"),
        "GRANT SELECT ON *.* TO plain".to_owned(),
    ]);
    let source = case.database.url_of("plain");
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
    case.database.execute("GRANT RELOAD ON *.* TO plain");
    says(&BOTH, "require", "backup-stage");
}

/// Statements that would replace the contents or the definition of `right` while it is read.
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
            let case = with_accounts(system);
            // With a log next to it, the file isn't treated as one that nobody writes to.
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

/// Reading the first table takes time. Meanwhile the second one is altered, or the alteration waits for the job's end.
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
    assert!(running.runs(), "reading the first table takes time");
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
        let case = with_accounts(system);
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
        let case = with_accounts(system);
        let source = match system {
            System::MariaDb => case.database.url_of("few"),
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
            .says("instead of 6 workers");
        ran.check(sum(&case) == SUM, "all rows are there");
    }
}

/// A name with several addresses, or a load balancer: a lock on one server doesn't keep anyone from committing on the other.
#[test]
fn connections_that_reach_several_servers_have_no_one_state() {
    let servers = [(), ()].map(|()| Lonely::start(System::MariaDb));
    let name = servers[0].database().to_owned();
    for server in &servers {
        let make = [
            format!("CREATE DATABASE IF NOT EXISTS {name}"),
            format!("CREATE TABLE {name}.t1 (id BIGINT, v TEXT)"),
            format!("CREATE TABLE {name}.t2 (id BIGINT, v TEXT)"),
            format!("INSERT INTO {name}.t1 VALUES (1, '{}')", server.port()),
        ];
        server.execute_all(&make);
    }
    let proxy = Proxy::between(servers.iter().map(Lonely::port).collect());
    let one = format!("@127.0.0.1:{}/", servers[0].port());
    let by = |port: u16| format!("@127.0.0.1:{port}/");
    let source = servers[0]
        .url_of("reloader")
        .replace(&one, &by(proxy.port()));
    let case = Case::on(System::Sqlite);
    let job = ["--tables", "t1,t2", "--key", "id", "--workers", "2"];
    let run = |more: &[&str]| {
        let run = case.command().args(["run", "--source", &source]);
        run.args(job).args(more).end()
    };
    let ran = run(&["--snapshot", "require"]).exits_with(3);
    ran.says("several servers").says("--source");
    assert!(case.entries().is_empty(), "{:?}", case.entries());
    run(&[]).exits_with(0).says("several servers");
    assert_eq!(case.manifest()["snapshot"], "none");
}
