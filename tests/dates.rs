//! Dates as programs write them into SQLite, invalid dates, and the remedies that errors name: none loses a value, and every
//! value that becomes NULL is counted.

use crate::harness::{Case, System};
use serde_json::json;

const KEY: [&str; 4] = ["--tables", "t", "--key", "id"];

/// Spellings, and their values in UTC.
const INSTANTS: &[(&str, &str)] = &[
    ("2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09.123000"),
    ("2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09.000000"),
    (
        "2024-05-06 09:08:09.123456+02:00",
        "2024-05-06T07:08:09.123456",
    ),
    (
        "2024-05-06 09:08:09 +0200 CEST",
        "2024-05-06T07:08:09.000000",
    ),
    (
        "2024-05-06 07:08:09.123 +00:00",
        "2024-05-06T07:08:09.123000",
    ),
    ("2024-05-06 07:08:09 UTC", "2024-05-06T07:08:09.000000"),
    ("2024-05-06T07:08Z", "2024-05-06T07:08:00.000000"),
];

#[test]
fn a_column_whose_values_all_name_a_zone_is_one_of_instants_where_the_job_says_so() {
    let case = Case::on(System::Sqlite);
    case.database
        .execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME)");
    for (spelling, _) in INSTANTS {
        case.database
            .execute(&format!("INSERT INTO t (at) VALUES ('{spelling}')"));
    }
    case.run()
        .args(KEY)
        .fails_with(4)
        .says("row 1 (rowid 1), column at")
        .says("--column-type at=instant")
        .says("--column-type at=text");
    let instant = ["--column-type", "at=instant"];
    case.run().args(KEY).args(instant).succeeds();
    let images: Vec<_> = INSTANTS
        .iter()
        .map(|(_, image)| Some(format!("ts:{image}")))
        .collect();
    assert_eq!(cells(&case), images);
    assert_eq!(
        case.manifest()["columns"][1]["arrow_type"],
        json!("Timestamp(µs, \"UTC\")"),
    );
    // Equal instants are equal keys, whatever their time zone.
    let key = ["--tables", "t", "--key", "at", "--force"];
    for more in [&[][..], &["--exact"]] {
        case.run().args(key).args(instant).args(more).succeeds();
        assert_eq!(case.rows().len(), 4, "{more:?}");
    }
    case.database
        .execute("INSERT INTO t (at) VALUES ('2024-05-06 07:08:09')");
    let mixed = case
        .run()
        .args(KEY)
        .args(instant)
        .arg("--force")
        .fails_with(4);
    mixed
        .says("row 8 (rowid 8), column at")
        .says("the value has no time zone")
        .says("--column-type at=text");
    keeps_every_value(&case, 8);
}

#[test]
fn what_is_no_date_of_its_column_is_refused_with_a_remedy_that_keeps_it() {
    for (declared, value, remedy) in [
        ("DATETIME", "'2024-05-06T07:08:09Z'", "at=instant"),
        ("DATETIME", "'2024-05-06 07:08:09.123456789'", "at=text"),
        (
            "TIMESTAMP",
            "'2024-05-06 07:08:09.123456789+02:00'",
            "at=text",
        ),
        ("DATETIME", "'2024-05-06 25:00:00'", "at=text"),
        ("DATETIME", "'soon'", "at=text"),
        ("DATETIME", "''", "at=text"),
        ("DATETIME", "1714979289123", "at=integer"),
        ("DATETIME", "2460436.797", "at=real"),
        ("DATE", "'2024-05-06 07:08:09'", "at=datetime"),
        ("DATE", "'2024-05-06 00:00:00+00:00'", "at=instant"),
        ("DATE", "'06.05.2024'", "at=text"),
        ("DATE", "20240506", "at=integer"),
        ("INTEGER", "'twelve'", "at=text"),
        ("REAL", "'twelve'", "at=text"),
        ("BLOB", "'twelve'", "at=text"),
        ("TEXT", "x'00ff'", "at=blob"),
        ("JSON", "x'00ff'", "at=blob"),
        ("", "'twelve'", "at=text"),
    ] {
        let case = Case::on(System::Sqlite);
        case.database.execute_all(&[
            format!("CREATE TABLE t (id INTEGER, at {declared})"),
            format!("INSERT INTO t VALUES (1, {value})"),
        ]);
        for invalid_dates in ["error", "null"] {
            let flags = ["--invalid-dates", invalid_dates];
            let ran = case.run().args(KEY).args(flags).fails_with(4);
            ran.says(&format!("--column-type {remedy}"));
        }
        let flags = ["--column-type", remedy];
        case.run().args(KEY).args(flags).succeeds();
        assert!(cells(&case)[0].is_some(), "{declared} {value}: {remedy}");
        assert_eq!(nulled(&case), 0);
    }
}

#[test]
fn blobs_and_text_in_one_column_are_both_kept_by_the_view_that_the_error_names() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, value TEXT)",
        "INSERT INTO t VALUES (1, 'a'), (2, x'00ff')",
        "CREATE VIEW v AS SELECT id, CAST(quote(\"value\") AS TEXT) AS value FROM t",
    ]);
    case.run().args(KEY).fails_with(4).says("quote(\"value\")");
    let view = [
        "--tables",
        "v",
        "--key",
        "id",
        "--column-type",
        "value=text",
    ];
    case.run().args(view).succeeds();
    let expected = ["s:'a'", "s:X'00FF'"].map(|cell| Some(cell.to_owned()));
    assert_eq!(cells(&case), expected);
}

#[test]
fn text_that_is_not_utf8_is_kept_by_the_view_that_the_error_names() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, value TEXT)",
        "INSERT INTO t VALUES (1, CAST(x'66ff' AS TEXT))",
        "CREATE VIEW v AS SELECT id, CAST(\"value\" AS BLOB) AS value FROM t",
    ]);
    let refused = case.run().args(KEY).fails_with(4);
    refused.says("CAST(\"value\" AS BLOB)");
    let view = ["--tables", "v", "--key", "id"];
    case.run().args(view).succeeds();
    assert!(cells(&case)[0].is_some());
}

#[test]
fn dates_that_no_calendar_has_are_counted_where_they_are_made_null() {
    for (system, extractors) in [
        (System::Sqlite, &["wire"][..]),
        (System::MariaDb, &["wire", "connectorx"]),
        (System::Postgres, &["wire", "connectorx"]),
    ] {
        let case = Case::on(system);
        let none = if system == System::Postgres {
            "'infinity'"
        } else {
            "'0000-00-00'"
        };
        let moment = if system == System::Postgres {
            "TIMESTAMP"
        } else {
            "DATETIME"
        };
        let create =
            |table: &str| format!("CREATE TABLE {table} (id INTEGER, day DATE, at {moment})");
        case.database.execute_all(&[
            if system == System::MariaDb {
                "SET sql_mode = ''".to_owned()
            } else {
                "SELECT 1".to_owned()
            },
            create("t1"),
            create("t2"),
            format!("INSERT INTO t1 VALUES (1, {none}, '2000-01-01'), (2, {none}, {none}), (1, {none}, {none})"),
            // Nothing is counted for a duplicate, nor for a value that was already NULL.
            format!("INSERT INTO t2 VALUES (1, {none}, {none}), (3, NULL, '2000-01-01'), (4, {none}, NULL)"),
        ]);
        for extractor in extractors {
            for workers in ["1", "2"] {
                let flags = [
                    "--tables",
                    "t1,t2",
                    "--key",
                    "id",
                    "--invalid-dates",
                    "null",
                    "--force",
                ];
                let run = |log: &str| {
                    let who = [
                        "--workers",
                        workers,
                        "--extractor",
                        extractor,
                        "--log-format",
                        log,
                    ];
                    case.run().args(flags).args(who).succeeds()
                };
                run("json")
                    .says("\"event\":\"dates_nulled\",\"column\":\"day\",\"values\":3")
                    .says("\"event\":\"dates_nulled\",\"column\":\"at\",\"values\":1");
                let told = [
                    "column day: 3 invalid dates written as NULL",
                    "column at: 1 invalid date written as NULL",
                ];
                let ran = run("text").says(told[0]).says(told[1]);
                let in_summary = told.iter().all(|line| ran.stdout.contains(line));
                ran.check(in_summary, "the summary reports it, too");
                let columns = &case.manifest()["columns"];
                let counts = [0, 1, 2].map(|column| columns[column]["nulled_dates"].clone());
                assert_eq!(
                    counts,
                    [json!(0), json!(3), json!(1)],
                    "{system:?} {extractor}"
                );
                case.verify().succeeds();
            }
        }
    }
}

#[test]
fn elements_of_lists_that_no_calendar_has_are_counted_too() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id int, days date[], last date)",
        "INSERT INTO t VALUES (1, '{infinity,2000-01-01,-infinity}', 'infinity'), (2, '{2000-01-01,NULL}', NULL), \
         (1, '{infinity}', 'infinity'), (3, '{infinity}', '2000-01-01')",
    ]);
    for extractor in ["wire", "connectorx"] {
        let flags = [
            "--invalid-dates",
            "null",
            "--force",
            "--extractor",
            extractor,
        ];
        case.run().args(KEY).args(flags).succeeds();
        let columns = &case.manifest()["columns"];
        let counts = [1, 2].map(|column| columns[column]["nulled_dates"].clone());
        assert_eq!(counts, [json!(3), json!(1)], "{extractor}");
    }
}

#[test]
fn a_moment_that_the_calendar_has_and_arrow_has_not_is_never_made_null() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id int, at timestamp)",
        "INSERT INTO t VALUES (1, '294276-12-31 23:59:59')",
    ]);
    let flags = ["--invalid-dates", "null"];
    let ran = case.run().args(KEY).args(flags).fails_with(4);
    ran.says("column at").never_says("--invalid-dates");
    case.database
        .execute("CREATE VIEW v AS SELECT id, at::text AS at FROM t");
    let view = ["--tables", "v", "--key", "id"];
    case.run().args(view).succeeds();
    assert_eq!(cells(&case), [Some("s:294276-12-31 23:59:59".to_owned())]);
}

fn keeps_every_value(case: &Case, rows: usize) {
    let flags = ["--column-type", "at=text", "--force"];
    case.run().args(KEY).args(flags).succeeds();
    let kept = cells(case);
    assert_eq!(kept.len(), rows);
    assert!(kept.iter().all(Option::is_some), "{kept:?}");
}

/// The second cell of every row.
fn cells(case: &Case) -> Vec<Option<String>> {
    case.rows()
        .into_iter()
        .map(|mut row| row.swap_remove(1))
        .collect()
}

fn nulled(case: &Case) -> u64 {
    let manifest = case.manifest();
    let columns = manifest["columns"].as_array().expect("columns");
    let counts = columns.iter().map(|column| column["nulled_dates"].as_u64());
    counts.map(|count| count.expect("a count")).sum()
}
