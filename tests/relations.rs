//! The relations that PostgreSQL's queries read besides the named tables: they stay the same while they are read, or the job
//! fails.

use crate::harness::{Case, Ran, System, postgres};
use ::postgres::error::SqlState;
use std::thread;
use std::time::{Duration, Instant};

/// A view that takes a while to read, and relations of each kind that others read.
const RELATIONS: &[&str] = &[
    "CREATE FUNCTION nap(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT $1 FROM pg_sleep(1.5)'",
    "CREATE VIEW slow AS SELECT nap(1) AS id, 'slow'::text AS v",
    "CREATE TABLE h (id int, v text)",
    "CREATE TABLE h1 () INHERITS (h)",
    "CREATE TABLE h11 () INHERITS (h1)",
    "INSERT INTO h VALUES (21, 'h')",
    "INSERT INTO h1 VALUES (22, 'h1'), (23, 'h1')",
    "INSERT INTO h11 VALUES (24, 'h11')",
    "CREATE TABLE p (id int, v text) PARTITION BY RANGE (id)",
    "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (35) TO (40) PARTITION BY LIST (id)",
    "CREATE TABLE p21 PARTITION OF p2 FOR VALUES IN (36)",
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (30) TO (35)",
    "INSERT INTO p VALUES (31, 'p1'), (36, 'p21')",
    "CREATE VIEW pv AS SELECT * FROM p",
    "CREATE TABLE base (id int, v text)",
    "INSERT INTO base VALUES (41, 'base')",
    "CREATE VIEW inner_v AS SELECT * FROM base",
    "CREATE VIEW outer_v AS SELECT * FROM inner_v",
    "CREATE MATERIALIZED VIEW m AS SELECT * FROM base",
    "CREATE VIEW mv AS SELECT * FROM m",
    "CREATE TABLE wanted (id int)",
    "INSERT INTO wanted VALUES (1), (41)",
    "CREATE VIEW wanted_v AS SELECT * FROM wanted",
    "CREATE TABLE loose (id int, v text)",
    "CREATE VIEW only_h AS SELECT * FROM ONLY h",
];

fn case() -> Case {
    let case = Case::on(System::Postgres);
    case.database.execute_all(RELATIONS);
    case
}

/// The result of a job while whose first table is read, another session makes this change.
fn job_while(case: &Case, extractor: &str, job: &[&str], act: impl FnOnce()) -> Ran {
    let workers: &[&str] = if job.contains(&"--workers") {
        &[]
    } else {
        &["--workers", "1"]
    };
    let running = case
        .run()
        .args(["--key", "id", "--force"])
        .args(workers)
        .args(["--extractor", extractor])
        .args(job)
        .start();
    let begun = Instant::now();
    let naps = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    while case.database.count(naps) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never sleeps");
        thread::sleep(Duration::from_millis(10));
    }
    act();
    running.end()
}

fn ids(case: &Case) -> Vec<i64> {
    let id = |row: &Vec<Option<String>>| {
        let text = row[0].as_deref().unwrap_or_default();
        text.trim_start_matches("i:").parse().expect("a number")
    };
    case.rows().iter().map(id).collect()
}

/// Checks that a change to relations that are read later has to wait.
fn waits(case: &Case, job: &[&str], change: &str, expected: &[i64]) {
    for extractor in ["wire", "connectorx"] {
        let ran = job_while(case, extractor, job, || {
            let mut other = postgres().connect_to(case.database.name());
            let changed = other.batch_execute(&format!("SET lock_timeout = '300ms'; {change}"));
            let refused = changed.expect_err(change);
            let code = refused.code().map(|code| code.code().to_owned());
            assert_eq!(code.as_deref(), Some("55P03"), "{extractor}: {change}");
        });
        ran.exits_with(0);
        assert_eq!(ids(case), expected, "{extractor}: {change}");
    }
}

#[test]
fn nobody_empties_or_drops_an_heir_before_it_is_read() {
    let case = case();
    for change in [
        "TRUNCATE h1",
        "TRUNCATE ONLY h11",
        "DROP TABLE h1 CASCADE",
        "ALTER TABLE h1 NO INHERIT h",
    ] {
        waits(&case, &["--tables", "slow,h"], change, &[1, 21, 22, 23, 24]);
    }
}

#[test]
fn nobody_empties_or_detaches_a_partition_before_it_is_read_through_a_view() {
    let case = case();
    for change in [
        "TRUNCATE p1",
        "TRUNCATE p21",
        "ALTER TABLE p DETACH PARTITION p1",
        "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (50) TO (60)",
    ] {
        waits(&case, &["--tables", "slow,pv"], change, &[1, 31, 36]);
    }
}

#[test]
fn nobody_changes_what_a_view_of_a_view_reads_before_it_is_read() {
    let case = case();
    for change in [
        "TRUNCATE base",
        "CREATE OR REPLACE VIEW inner_v AS SELECT * FROM base WHERE false",
    ] {
        waits(&case, &["--tables", "slow,outer_v"], change, &[1, 41]);
    }
}

#[test]
fn nobody_refreshes_or_drops_a_materialized_view_before_it_is_read() {
    let case = case();
    for change in [
        "REFRESH MATERIALIZED VIEW m",
        "DROP MATERIALIZED VIEW m CASCADE",
    ] {
        waits(&case, &["--tables", "slow,mv"], change, &[1, 41]);
    }
}

#[test]
fn nobody_empties_what_a_filter_asks_before_it_is_asked() {
    let case = case();
    for asked in ["wanted", "wanted_v"] {
        let filter = format!("id IN (SELECT id FROM {asked})");
        let job = ["--tables", "slow,outer_v", "--where", &filter];
        waits(&case, &job, "TRUNCATE wanted", &[1, 41]);
    }
}

#[test]
fn a_job_whose_relations_grew_or_changed_meanwhile_fails_and_names_them() {
    for (tables, change, named) in [
        (
            "slow,p",
            "ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (50) TO (60)",
            "the table public.loose",
        ),
        (
            "slow,pv",
            "ALTER TABLE p2 ATTACH PARTITION loose FOR VALUES IN (37)",
            "the table public.loose",
        ),
        (
            "slow,h",
            "CREATE TABLE h2 () INHERITS (h11)",
            "the table public.h2",
        ),
        (
            "slow,h",
            "ALTER TABLE loose INHERIT h",
            "the table public.loose",
        ),
    ] {
        for extractor in ["wire", "connectorx"] {
            let case = case();
            let ran = job_while(&case, extractor, &["--tables", tables], || {
                case.database.execute(change);
            });
            ran.exits_with(3)
                .says(named)
                .says("where: table ")
                .says("run the job again");
            assert_eq!(case.entries(), [""; 0], "{change}");
        }
    }
}

#[test]
fn a_job_fails_whose_partition_somebody_begins_to_detach() {
    let case = case();
    let mut other = postgres().connect_to(case.database.name());
    let detached = thread::spawn(move || {
        thread::sleep(Duration::from_millis(900));
        other.batch_execute("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY")
    });
    let ran = job_while(&case, "wire", &["--tables", "slow,p"], || {
        let begun = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending";
        while case.database.count(begun) == 0 {
            thread::sleep(Duration::from_millis(10));
        }
    });
    ran.exits_with(3).says("public.p1");
    detached.join().expect("a thread").expect("it is detached");
}

#[test]
fn what_is_not_read_may_change() {
    let case = case();
    let ran = job_while(&case, "wire", &["--tables", "slow,only_h"], || {
        case.database.execute_all(&[
            "TRUNCATE h1",
            "ALTER TABLE loose INHERIT h",
            "TRUNCATE base",
            "REFRESH MATERIALIZED VIEW m",
        ]);
    });
    ran.exits_with(0);
    assert_eq!(ids(&case), [1, 21]);
}

#[test]
fn a_foreign_table_anywhere_beneath_leaves_no_one_state() {
    let case = case();
    case.database.execute_all(&[
        "CREATE EXTENSION file_fdw",
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE far (id int, v text) SERVER files OPTIONS (filename '/dev/null')",
        "CREATE VIEW far_v AS SELECT * FROM far",
        "CREATE VIEW far_vv AS SELECT * FROM base UNION ALL SELECT * FROM far_v",
        "CREATE FOREIGN TABLE far_h () INHERITS (h) SERVER files OPTIONS (filename '/dev/null')",
        "CREATE FOREIGN TABLE far_p PARTITION OF p2 FOR VALUES IN (38) SERVER files OPTIONS (filename '/dev/null')",
    ]);
    let by_filter = ["--where", "id NOT IN (SELECT id FROM far_v)"];
    for (table, filter, why) in [
        ("far", &[][..], "table far: it is a foreign table"),
        (
            "far_vv",
            &[],
            "table far_vv: it reads the foreign table public.far",
        ),
        ("h", &[], "table h: it reads the foreign table public.far_h"),
        (
            "pv",
            &[],
            "table pv: it reads the foreign table public.far_p",
        ),
        (
            "base",
            &by_filter,
            "the filter reads the foreign table public.far",
        ),
    ] {
        let job = ["--tables", table, "--key", "id", "--force"];
        let ran = case.run().args(job).args(filter).succeeds();
        ran.says(why);
        assert_eq!(case.manifest()["snapshot"], "none", "{table}");
        let required = case.run().args(job).args(filter);
        let ran = required.args(["--snapshot", "require"]).fails_with(3);
        ran.says(why);
    }
    case.run()
        .args(["--tables", "only_h", "--key", "id", "--force"])
        .args(["--snapshot", "require"])
        .succeeds();
}

#[test]
fn a_view_that_calls_a_function_that_is_not_built_in_is_warned_of() {
    let case = case();
    case.database
        .execute("CREATE VIEW deep AS SELECT * FROM slow");
    let job = ["--tables", "deep", "--key", "id"];
    for command in ["plan", "run"] {
        let url = case.database.url();
        let ran = case.command().args([command, "--source", &url]).args(job);
        ran.succeeds()
            .says("the view public.slow calls nap(integer)");
    }
    let job = ["--tables", "outer_v", "--key", "id", "--force"];
    case.run().args(job).succeeds().never_says("calls");
}

#[test]
fn a_filter_that_calls_a_function_that_is_not_built_in_is_warned_of() {
    let case = case();
    case.database.execute_all(&[
        "CREATE FUNCTION is_odd(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 % 2 = 1'",
        "CREATE OPERATOR %% (PROCEDURE = is_odd, RIGHTARG = int)",
        "CREATE FUNCTION doubled(base) RETURNS int LANGUAGE sql AS 'SELECT 2 * ($1).id'",
        "CREATE SCHEMA apart",
        "CREATE FUNCTION apart.is_odd(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 % 2 = 1'",
    ]);
    for (filter, called) in [
        ("is_odd(id)", Some("calls is_odd(integer)")),
        ("IS_ODD (id)", Some("calls is_odd(integer)")),
        ("\"is_odd\"(id)", Some("calls is_odd(integer)")),
        (
            "apart.is_odd(id)",
            Some("calls apart.is_odd(integer), is_odd(integer)"),
        ),
        ("%% id", Some("calls is_odd(integer)")),
        ("base.doubled = 82", Some("calls doubled(base)")),
        ("v <> 'is_odd(id)' -- is_odd(id)", None),
        ("abs(id) % 2 = 1", None),
    ] {
        let job = ["--tables", "base", "--key", "id", "--force"];
        let ran = case.run().args(job).args(["--where", filter]).succeeds();
        match called {
            Some(called) => drop(ran.says(&format!("the filter {called}"))),
            None => drop(ran.never_says("calls")),
        }
        assert_eq!(ids(&case), [41], "{filter}");
    }
}

/// Once it was gone, nothing would show that it had existed. So what was read is locked until the job has checked it.
#[test]
fn an_heir_that_was_read_is_not_taken_away_before_the_job_has_looked() {
    let case = case();
    case.database.execute_all(&[
        "INSERT INTO loose VALUES (25, 'loose')",
        "CREATE VIEW short AS SELECT 2 AS id, 'short'::text AS v FROM pg_sleep(0.6)",
    ]);
    // One worker is still reading the first table when the other one has read all others.
    let job = ["--tables", "slow,short,h", "--workers", "2"];
    let ran = job_while(&case, "wire", &job, || {
        let mut other = postgres().connect_to(case.database.name());
        let comes = other.batch_execute("ALTER TABLE loose INHERIT h");
        comes.expect("it isn't held yet");
        thread::sleep(Duration::from_millis(900));
        let goes = "SET lock_timeout = '100ms'; ALTER TABLE loose NO INHERIT h";
        let held = other.batch_execute(goes).expect_err("it is held");
        assert_eq!(held.code().map(SqlState::code), Some("55P03"));
    });
    ran.exits_with(3).says("the table public.loose");
}

#[test]
fn a_user_who_may_read_a_view_alone_reads_it() {
    let case = case();
    case.database.execute(
        "DO $$ BEGIN CREATE ROLE narrow LOGIN PASSWORD 'narrow'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT SELECT ON pv, outer_v TO narrow",
    );
    let source = case.database.url();
    let (_, host) = source.split_once('@').expect("a host");
    let source = format!("postgresql://narrow:narrow@{host}");
    let job = ["--tables", "pv,outer_v", "--key", "id", "--force"];
    for extractor in ["wire", "connectorx"] {
        let run = case.command().args(["run", "--source", &source]);
        run.args(job).args(["--extractor", extractor]).succeeds();
        assert_eq!(ids(&case), [31, 36, 41]);
    }
}

#[test]
fn a_table_of_another_schema_is_reached_as_its_error_says() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE SCHEMA s1",
        "CREATE TABLE s1.t (id int, v text)",
        "INSERT INTO s1.t VALUES (7, 'there')",
        "CREATE SCHEMA \"Odd schema\"",
        "CREATE TABLE \"Odd schema\".u (id int, v text)",
        "INSERT INTO \"Odd schema\".u VALUES (8, 'odd')",
    ]);
    for (name, plain, id) in [("s1.t", "t", 7), ("t", "t", 7), ("Odd schema.u", "u", 8)] {
        let job = ["--key", "id", "--force", "--tables"];
        let ran = case.run().args(job).arg(name).fails_with(4);
        let ran = ran
            .says(&format!("the table {name} doesn't exist"))
            .says(&format!("name it {plain}"))
            .never_says("this user can see no tables");
        let advised = ran.stderr.split("add ").nth(1).expect("advice");
        let parameter = advised.split(' ').next().expect("a parameter");
        let source = format!("{}?{parameter}", case.database.url());
        let run = case.command().args(["run", "--source", &source]);
        run.args(job).arg(plain).succeeds();
        assert_eq!(ids(&case), [id], "{name}");
    }
    let job = ["--key", "id", "--tables", "nowhere", "--force"];
    case.run().args(job).fails_with(4).says("search_path");
}

/// There is no standby here, so the server reports the error that a standby would.
#[test]
fn a_conflict_with_a_standbys_recovery_may_be_tried_again_and_names_its_settings() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE FUNCTION conflict() RETURNS int LANGUAGE plpgsql AS $$ BEGIN \
           RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END $$",
        "CREATE VIEW v AS SELECT conflict() AS id",
    ]);
    for extractor in ["wire", "connectorx"] {
        let job = ["--key", "id", "--tables", "v", "--log-format", "json"];
        let run = case.run().args(job).args(["--extractor", extractor]);
        run.fails_with(3)
            .says("max_standby_streaming_delay")
            .says("hot_standby_feedback")
            .says("\"retryable\":true");
    }
}

#[test]
fn a_pattern_reads_the_rows_of_heirs_once_through_their_parent() {
    let case = case();
    let job = ["--key", "id", "--force", "--tables"];
    let ran = case.run().args(job).arg("h*").succeeds();
    ran.says("table h1: matches \"h*\" but is left out, because its rows are read through h")
        .says("table h11: matches \"h*\"");
    assert_eq!(case.manifest()["totals"]["rows_read"], 4);
    assert_eq!(ids(&case), [21, 22, 23, 24]);
    case.run().args(job).arg("h,h1*").succeeds();
    assert_eq!(case.manifest()["totals"]["rows_read"], 4);
    for (tables, lower, upper) in [
        ("h,h11", "h11", "h"),
        ("p21,p", "p21", "p"),
        ("h11,h?", "h11", "h1"),
    ] {
        let named = format!("{lower} is a partition or child table of {upper}");
        case.run().args(job).arg(tables).fails_with(2).says(&named);
    }
    case.run().args(job).arg("h11,p21").succeeds();
}
