//! A connection or a session that is lost: the job fails cleanly, and never publishes a short result.

use crate::harness::{Case, Proxy, Ran, Running, System, Table, typed};
use std::time::Duration;

#[test]
fn a_connection_of_mariadb_that_is_cut_anywhere_gives_no_short_result() {
    cut_anywhere(System::MariaDb);
}

#[test]
fn a_connection_of_postgresql_that_is_cut_anywhere_gives_no_short_result() {
    cut_anywhere(System::Postgres);
}

#[test]
fn a_killed_session_of_mariadb_fails_the_job() {
    let list = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND INFO LIKE '%SLEEP(2)%'";
    for kill in ["KILL QUERY", "KILL CONNECTION"] {
        let (case, running) = sleeping(System::MariaDb, "SLEEP(2) = 0");
        let id = case.database.count(&format!(
            "{list} AND DB = '{}' LIMIT 1",
            case.database.name()
        ));
        case.database.execute(&format!("{kill} {id}"));
        fails_cleanly(&case, running.end());
    }
}

#[test]
fn a_cancelled_or_terminated_session_of_postgresql_fails_the_job() {
    for end in ["pg_cancel_backend", "pg_terminate_backend"] {
        let (case, running) = sleeping(System::Postgres, "pg_sleep(2)::text = ''");
        let ended = case.database.count(&format!(
            "SELECT count({end}(pid)) FROM pg_stat_activity \
             WHERE usename = 'reader' AND datname = current_database() AND query LIKE '%pg_sleep(2)%'"
        ));
        assert!(ended > 0);
        fails_cleanly(&case, running.end());
    }
}

/// From the greeting to beyond the last row; the rows alone are about 100 kB.
fn cut_anywhere(system: System) {
    let tables = ["t1", "t2"].map(|name| Table::notes(name).ids(1..=4000));
    let case = Case::with(system, &tables);
    let budgets = (0..30)
        .map(|step: i64| step * step * step * 12)
        .chain([i64::MAX]);
    let mut successes = 0;
    for budget in budgets {
        let proxy = Proxy::cutting(case.database.port(), budget);
        let source = case.database.url_by_port(proxy.port());
        let job = [
            "run", "--source", &source, "--tables", "t1,t2", "--key", "id", "--force",
        ];
        let ran = case.command().args(job).end();
        if ran.code() == Some(0) {
            successes += 1;
            ran.check(
                case.rows() == typed(&tables[0].rows),
                format!("all rows after {budget} bytes"),
            );
        } else {
            let before = if successes > 0 {
                &["batches", "batches.manifest.json"][..]
            } else {
                &[]
            };
            ran.check(case.entries() == before, "nothing is published or left");
            ran.exits_with(3).never_says("panicked");
        }
    }
    assert!(successes > 0, "without a cut the job succeeds");
}

/// A job whose query sleeps.
fn sleeping(system: System, filter: &str) -> (Case, Running) {
    let case = Case::with(system, &[Table::notes("t").ids(1..=50)]);
    let mut running = case
        .run()
        .args(["--tables", "t", "--key", "id", "--where", filter])
        .start();
    std::thread::sleep(Duration::from_millis(600));
    assert!(running.runs());
    (case, running)
}

fn fails_cleanly(case: &Case, ran: Ran) {
    ran.check(ran.elapsed < Duration::from_secs(5), "it fails soon");
    ran.exits_with(3).says("table t").never_says("panicked");
    assert!(case.entries().is_empty(), "{:?}", case.entries());
    assert_eq!(case.database.sessions(), 0);
}

#[test]
fn the_cause_is_told_where_the_failed_session_can_not_be_killed() {
    use r2d2_mysql::mysql::prelude::Queryable;
    let case = Case::with(System::MariaDb, &[Table::notes("t").ids(1..=5000)]);
    let name = case.database.name();
    let user = format!("one_{name}");
    let mut admin = crate::harness::mariadb().connect_to(name);
    admin
        .query_drop(format!(
            "CREATE USER {user}@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1"
        ))
        .expect("a user");
    admin
        .query_drop(format!("GRANT SELECT ON `{name}`.* TO {user}@'%'"))
        .expect("a grant");
    // The first rows have no key; the others take longer than the coordinator waits. The view is merged into the query,
    // so that its rows are sent as they are found.
    let view = "CREATE ALGORITHM = MERGE VIEW v AS SELECT IF(id <= 3000, NULL, id) AS id, \
                IF(id <= 3000, 'no key', CAST(SLEEP(0.01) AS CHAR)) AS note FROM t";
    admin.query_drop(view).expect("a view");
    let source = format!("mysql://{user}:x@127.0.0.1:{}/{name}", case.database.port());
    let job = [
        "run",
        "--source",
        &source,
        "--tables",
        "v",
        "--key",
        "id",
        "--workers",
        "1",
    ];
    let ran = case.command().args(job).fails_with(4);
    ran.check(
        ran.elapsed < Duration::from_secs(15),
        "the coordinator leaves",
    );
    ran.check(
        ran.stderr.contains("table v") && ran.stderr.contains("NULL"),
        "the cause is told",
    );
}

#[test]
fn a_table_that_stays_locked_fails_the_job_after_thirty_seconds() {
    use r2d2_mysql::mysql::prelude::Queryable;
    let case = Case::with(System::MariaDb, &[Table::notes("t").ids(1..=3)]);
    let mut other = crate::harness::mariadb().connect_to(case.database.name());
    other.query_drop("LOCK TABLES t WRITE").expect("a lock");
    let ran = case
        .run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("table t");
    let patience = Duration::from_secs(25)..Duration::from_secs(45);
    ran.check(patience.contains(&ran.elapsed), "after thirty seconds");
}
