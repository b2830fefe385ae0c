//! Databases that don't exist, or aren't databases.

use crate::harness::{Case, System, Table, tell};
use std::time::Duration;

#[test]
fn a_database_that_is_not_there_is_unreachable_soon() {
    let case = Case::on(System::Sqlite);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    for scheme in ["mysql", "postgresql"] {
        let source = format!("{scheme}://reader:x@127.0.0.1:{port}/t");
        let ran = case
            .command()
            .args(["run", "--source", &source, "--tables", "t", "--key", "id"])
            .fails_with(3);
        ran.check(ran.elapsed < Duration::from_secs(3), "it fails immediately");
    }
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
    assert!(
        case.entries().is_empty(),
        "a missing SQLite file is not created: {:?}",
        case.entries()
    );
}

/// Runs a command in which the file `hosts` determines the addresses of a host.
const WITH_HOSTS: [&str; 5] = [
    "--mount",
    "sh",
    "-c",
    "mount --bind hosts /etc/hosts || exit 99; exec \"$@\"",
    "sh",
];

#[test]
fn of_a_host_with_several_addresses_one_that_answers_is_taken() {
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::with(system, &[Table::notes("t").ids(1..=3)]);
        // Like `localhost` on most machines. The servers listen only on 127.0.0.1.
        case.write("hosts", "::1 twofold\n127.0.0.1 twofold\n");
        let url = case.database.url().replace("127.0.0.1", "twofold");
        for extractor in ["wire", "connectorx"] {
            let job = ["run", "--tables", "t", "--key", "id", "--force"];
            let job = case
                .command()
                .args(job)
                .args(["--extractor", extractor])
                .env("FIRSTSEEN_SOURCE", &url);
            let ran = job.under("unshare", WITH_HOSTS).end();
            if ran.code() == Some(99) || ran.stderr.starts_with("unshare:") {
                tell("NOT TESTED: another /etc/hosts can't be mounted (this requires root)");
                return;
            }
            ran.exits_with(0);
            assert_eq!(case.manifest()["totals"]["new"], 3, "{extractor}");
        }
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let case = Case::on(System::Sqlite);
    case.write(
        "source.sqlite",
        "Dear diary, today I became a database.".repeat(100),
    );
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
}

#[test]
fn a_server_that_accepts_and_stays_silent_is_given_up_after_the_connect_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let case = Case::on(System::Sqlite);
    let jobs = ["mysql", "postgresql"].map(|scheme| {
        let source = format!("{scheme}://reader:x@127.0.0.1:{port}/t");
        let job = ["plan", "--source", &source, "--tables", "t", "--key", "id"];
        case.command().args(job).start()
    });
    for job in jobs {
        let ran = job.end().exits_with(3);
        ran.check(ran.elapsed < Duration::from_secs(12), "after ten seconds");
    }
}

#[test]
fn a_link_to_a_sqlite_database_reads_its_write_ahead_log_too() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=5)]);
    case.set_journal_mode("WAL");
    let writer = rusqlite::Connection::open(case.path("source.sqlite")).expect("a database");
    let insert = writer.execute_batch("INSERT INTO t VALUES (6, 'in the log')");
    insert.expect("a row");
    std::os::unix::fs::symlink("source.sqlite", case.path("link.sqlite")).expect("a link");
    let job = [
        "run",
        "--source",
        "sqlite://link.sqlite",
        "--tables",
        "t",
        "--key",
        "id",
    ];
    case.command().args(job).succeeds();
    assert_eq!(case.rows().len(), 6);
}
