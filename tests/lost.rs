//! A connection or a session is lost: the job fails cleanly and never publishes an incomplete result.

use crate::harness::{
    Case, Fault, Link, Proxy, Ran, Running, Spot, System, Table, Way, tell, typed,
};
use std::time::Duration;

#[test]
fn a_connection_of_mariadb_that_is_cut_anywhere_gives_no_short_result() {
    cut_anywhere(System::MariaDb, Way::Plain);
    cut_anywhere(System::MariaDb, Way::Tls);
}

#[test]
fn a_connection_of_postgresql_that_is_cut_anywhere_gives_no_short_result() {
    cut_anywhere(System::Postgres, Way::Plain);
    cut_anywhere(System::Postgres, Way::Tls);
}

#[test]
fn a_killed_session_of_mariadb_fails_the_job_and_ends_the_others() {
    for kill in ["KILL QUERY", "KILL CONNECTION"] {
        // MariaDB closes a killed connection without a message, so it looks like one that was lost in the network.
        let (case, running) = sleeping(System::MariaDb, "SLEEP(2) = 0", &["--retries", "0"]);
        let id = case.database.count(&format!(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND DB = '{}' \
             AND INFO LIKE '%`t2`%SLEEP(2)%'",
            case.database.name()
        ));
        case.database.execute(&format!("{kill} {id}"));
        fails_cleanly(&case, running.end());
    }
    // Other tests write to this server meanwhile, so a new connection can't join the others' snapshot.
    let begun_anew = ["--retries", "3", "--snapshot", "off"];
    let (case, running) = sleeping(System::MariaDb, "SLEEP(0.03) = 0", &begun_anew);
    case.database.end_sessions();
    let ran = running.end().exits_with(0).says("reconnecting");
    ran.check(
        case.manifest()["totals"]["rows_read"] == 150,
        "all rows are read once",
    );
}

#[test]
fn a_cancelled_or_terminated_session_of_postgresql_fails_the_job_and_ends_the_others() {
    for end in ["pg_cancel_backend", "pg_terminate_backend"] {
        let (case, running) = sleeping(
            System::Postgres,
            "pg_sleep(2)::text = ''",
            &["--retries", "3"],
        );
        let ended = case.database.count(&format!(
            "SELECT count({end}(pid)) FROM pg_stat_activity WHERE usename = 'reader' \
             AND datname = current_database() AND query LIKE '%\"t2\"%pg_sleep(2)%'"
        ));
        assert_eq!(ended, 1);
        fails_cleanly(&case, running.end());
    }
}

/// From the greeting to the last packet, connections are closed and reset after a number of bytes, and closed between two
/// packets. Packets can't be distinguished if they are encrypted.
fn cut_anywhere(system: System, way: Way) {
    let tables = ["t1", "t2"].map(|name| Table::notes(name).ids(1..=4000));
    let case = Case::with(system, &tables);
    let faults: [(&str, &dyn Fn(i64) -> Fault); 3] = [
        ("closed after so many bytes", &Fault::Cut),
        ("reset after so many bytes", &Fault::Reset),
        ("closed after so many packets", &|packets| {
            Fault::Packets(system, packets)
        }),
    ];
    let faults = &faults[..if way == Way::Plain { 3 } else { 2 }];
    for (name, fault) in faults {
        let proxy = Proxy::with(case.database.port(), fault(i64::MAX));
        by(&case, way, &proxy, &["--force"]).succeeds();
        let all = proxy.passed();
        let budgets = (0..24).map(|step: i64| all * step.pow(3) / 24_i64.pow(3));
        let budgets = budgets.chain(all - 10..=all);
        let counts = budgets.map(|budget| is_cut(&case, way, &tables[0], fault(budget)));
        let (failed, complete) = counts.fold((0, 0), |(failed, complete), is_cut| {
            (failed + u32::from(is_cut), complete + u32::from(!is_cut))
        });
        tell(&format!(
            "{system:?}, {way:?}, {name}, of {all}: {failed} jobs failed cleanly, {complete} were complete"
        ));
        assert!(failed > 20);
    }
}

/// Returns whether the job fails. If it does, the earlier result is unchanged; otherwise all rows are there.
fn is_cut(case: &Case, way: Way, first: &Table, fault: Fault) -> bool {
    let told = format!("{way:?} {fault:?}");
    let proxy = Proxy::with(case.database.port(), fault);
    let before = Spot::at(case.folder()).tree();
    let ran = by(case, way, &proxy, &["--force", "--retries", "0"]).end();
    if ran.code() == Some(0) {
        ran.check(
            case.rows() == typed(&first.rows),
            format!("{told}: all rows"),
        );
        return false;
    }
    let ran = ran.exits_with(3).never_says("panicked");
    let after = Spot::at(case.folder()).tree();
    ran.check(after == before, format!("{told}: nothing has changed"));
    true
}

/// The numbers of bytes after which a server falls silent: in the greeting, densely during planning and while sessions begin,
/// and among the rows.
fn silences() -> impl Iterator<Item = i64> {
    let begins = (400..9_200).step_by(200);
    [0, 40]
        .into_iter()
        .chain(begins)
        .chain([20_000, 60_000, 100_000])
}

#[test]
fn a_server_that_falls_silent_ends_the_job_by_its_deadline() {
    for system in [System::MariaDb, System::Postgres] {
        let tables = ["t1", "t2"].map(|name| Table::notes(name).ids(1..=4000));
        let case = Case::with(system, &tables);
        let by_us = |way| silences().map(move |silence| (way, "wire", silence));
        let all = by_us(Way::Plain)
            .chain(by_us(Way::Tls))
            .chain(Way::ALL.map(|way| (way, "connectorx", 20_000)));
        // Each only waits, so they run at the same time.
        let jobs: Vec<_> = all
            .map(|(way, extractor, silence)| {
                let proxy = Proxy::with(case.database.port(), Fault::Silence(silence));
                let waits = ["--connect-timeout-secs", "2", "--read-timeout-secs", "1"];
                let out = format!("out-{way:?}-{extractor}-{silence}");
                let job = by(&case, way, &proxy, &waits).args(["--extractor", extractor]);
                (way, silence, job.args(["--out", &out]).start())
            })
            .collect();
        for (way, silence, job) in jobs {
            let ran = job.end();
            ran.check(
                ran.elapsed < Duration::from_secs(25),
                format!("{way:?}: after {silence} bytes it ends in time"),
            );
            ran.exits_with(3).never_says("panicked");
        }
        assert!(case.entries().is_empty(), "{:?}", case.entries());
    }
}

#[test]
fn bytes_that_come_one_by_one_slowly_or_from_afar_give_the_same_files() {
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::with(
            system,
            &["t1", "t2"].map(|name| Table::notes(name).ids(1..=1500)),
        );
        let files = |way: Way, fault: Fault| {
            let proxy = Proxy::with(case.database.port(), fault);
            by(&case, way, &proxy, &["--force"]).succeeds();
            case.manifest()["files"].clone()
        };
        let whole = files(Way::Plain, Fault::Cut(i64::MAX));
        let afar = Link {
            bytes_per_sec: 1 << 27,
            delay: Duration::from_millis(20),
        };
        for way in Way::ALL {
            for fault in [
                Fault::Crumbs,
                Fault::Slow(700, Duration::from_millis(1)),
                Fault::Over(afar.clone()),
            ] {
                let told = format!("{system:?}, {way:?}, {fault:?}");
                assert_eq!(files(way, fault), whole, "{told}");
            }
        }
    }
}

/// The connections that are made before a worker's: the catalog connection.
const CATALOG: usize = 1;

#[test]
fn a_connection_that_is_lost_before_its_first_row_is_made_again() {
    for (system, way, snapshot, first, step) in [
        (System::Postgres, Way::Plain, "require", 400, 61),
        (System::Postgres, Way::Tls, "require", 2_000, 101),
        (System::MariaDb, Way::Plain, "off", 300, 61),
        (System::MariaDb, Way::Tls, "off", 2_000, 101),
    ] {
        let case = Case::with(system, &[Table::notes("t1").ids(1..=4000)]);
        // Where a session begins depends on what it sends first, so all positions are tried.
        let cuts = (first..).step_by(step).take(60);
        let again = cuts.filter(|after| is_made_again(&case, way, snapshot, *after));
        assert!(
            again.take(5).count() > 0,
            "{system:?}, {way:?}: no cut came before the first row"
        );
    }
}

/// Returns whether a worker's connection was made again after it was cut after this many bytes. If it was, all rows are read
/// exactly once.
fn is_made_again(case: &Case, way: Way, snapshot: &str, after: i64) -> bool {
    let before = Spot::at(case.folder()).tree();
    let proxy = Proxy::with(case.database.port(), Fault::CutOne(CATALOG, after));
    let ran = by(
        case,
        way,
        &proxy,
        &["--tables", "t1", "--force", "--snapshot", snapshot],
    )
    .end();
    if ran.code() == Some(3) {
        // Neither a session that never began nor one whose rows have arrived is tried again.
        let ran = ran.never_says("panicked");
        ran.check(
            Spot::at(case.folder()).tree() == before,
            "nothing has changed",
        );
        return false;
    }
    let ran = ran.exits_with(0);
    ran.check(
        case.manifest()["totals"]["rows_read"] == 4000,
        "all rows are read once",
    );
    proxy.connections() > CATALOG + 1
}

#[test]
fn a_count_that_differs_fails_the_job_and_one_that_agrees_is_told() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &["t1", "t2"].map(|name| Table::notes(name).ids(1..=300)),
        );
        case.run()
            .args([
                "--tables",
                "t1,t2",
                "--key",
                "id",
                "--check-counts",
                "--where",
                "id > 7",
            ])
            .succeeds();
        assert_eq!(case.manifest()["job"]["check_counts"], true);
        let with = [["--snapshot", "off"], ["--extractor", "connectorx"]];
        let with = with
            .iter()
            .take(if system == System::Sqlite { 1 } else { 2 });
        for with in with {
            let job = case
                .run()
                .args(["--tables", "t1", "--key", "id", "--check-counts"])
                .args(with);
            job.fails_with(2).says("--check-counts");
        }
    }
    // The session's second query for these rows returns none of them.
    let case = Case::with(System::MariaDb, &[Table::notes("t1").ids(1..=300)]);
    let job = case.run().args([
        "--tables",
        "t1",
        "--key",
        "id",
        "--check-counts",
        "--where",
        "(@asked := IFNULL(@asked, 0) + 1) <= 1",
    ]);
    let ran = job
        .fails_with(1)
        .says("table t1")
        .says("but the database counts");
    ran.check(case.entries().is_empty(), "nothing is published");
}

/// A job that reads both tables through a proxy.
fn by(case: &Case, way: Way, proxy: &Proxy, more: &[&str]) -> crate::harness::Firstseen {
    let source = case.database.url_by(way, proxy.port());
    let tables: &[&str] = if more.contains(&"--tables") {
        &[]
    } else {
        &["--tables", "t1,t2"]
    };
    case.command()
        .args(["run", "--source", &source, "--key", "id"])
        .args(tables)
        .args(more)
}

/// A job whose queries sleep, in three tables at once.
fn sleeping(system: System, filter: &str, more: &[&str]) -> (Case, Running) {
    let tables = ["t1", "t2", "t3"].map(|name| Table::notes(name).ids(1..=50));
    let case = Case::with(system, &tables);
    let tables = ["--tables", "t1,t2,t3", "--key", "id", "--where", filter];
    let job = case.run().args(tables).args(["--workers", "3"]).args(more);
    let mut running = job.start();
    std::thread::sleep(Duration::from_millis(700));
    assert!(running.runs());
    (case, running)
}

fn fails_cleanly(case: &Case, ran: Ran) {
    ran.check(ran.elapsed < Duration::from_secs(5), "it fails soon");
    ran.exits_with(3).says("table t2").never_says("panicked");
    assert!(case.entries().is_empty(), "{:?}", case.entries());
    assert_eq!(case.database.sessions_left(), 0);
}

#[test]
fn the_cause_is_told_where_the_failed_session_can_not_be_killed() {
    use r2d2_mysql::mysql::prelude::Queryable;
    let case = Case::with(System::MariaDb, &[Table::notes("t").ids(1..=5000)]);
    let name = case.database.name();
    let user = format!("one_{name}");
    let mut admin = case.database.mariadb().connect_to(name);
    admin
        .query_drop(format!(
            "CREATE USER {user}@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 2"
        ))
        .expect("a user");
    admin
        .query_drop(format!("GRANT SELECT ON `{name}`.* TO {user}@'%'"))
        .expect("a grant");
    // The first rows have no key, and the others take longer than the coordinator waits. The view is merged into the query, so
    // that its rows are sent as they are found.
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
        "the coordinator stops waiting",
    );
    ran.check(
        ran.stderr.contains("table v") && ran.stderr.contains("NULL"),
        "the cause is reported",
    );
}
