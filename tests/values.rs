//! Values at the edges of their types: exact in the batch files, or refused with the table and the column named.

use crate::harness::{Case, Reader, System, read};

#[test]
fn times_beyond_a_day_are_exact() {
    let case = one_column(System::MariaDb, "TIME(6)", "'-838:59:59.999999'");
    assert_eq!(
        cell(&case, "parquet", Reader::PyArrow),
        Some("td:-3020399999999".into())
    );
    assert_eq!(
        cell(&case, "pickle", Reader::Pickle),
        Some("td:-3020399999999".into())
    );
    assert_eq!(
        cell(&case, "csv", Reader::Text),
        Some("s:-838:59:59.999999".into())
    );
}

#[test]
fn mariadbs_zero_and_partial_dates_are_refused() {
    for value in ["'0000-00-00'", "'2000-00-10'", "'2000-02-00'"] {
        refused(&one_column(System::MariaDb, "DATE", value));
    }
    let moment = "'0000-00-00 00:00:00'";
    refused(&one_column(System::MariaDb, "DATETIME", moment));
}

#[test]
fn postgresqls_infinite_dates_are_refused() {
    for value in ["'infinity'", "'-infinity'"] {
        refused(&one_column(System::Postgres, "DATE", value));
    }
}

#[test]
fn postgresqls_infinite_timestamps_are_refused() {
    for value in ["'infinity'", "'-infinity'"] {
        for sql_type in ["TIMESTAMP", "TIMESTAMPTZ"] {
            refused(&one_column(System::Postgres, sql_type, value));
        }
    }
}

#[test]
fn a_year_that_python_lacks_is_refused_by_pickle_and_exact_in_csv() {
    let case = one_column(System::Postgres, "DATE", "'0044-03-15 BC'");
    let job = ["--tables", "t", "--key", "id", "--format", "pickle"];
    case.run().args(job).fails_with(4).says("value");
    let text = cell(&case, "csv", Reader::Text);
    assert_eq!(text.as_deref(), Some("s:-0043-03-15"));
}

#[test]
fn a_timestamp_is_the_same_instant_whatever_the_servers_zone() {
    let case = Case::on(System::MariaDb);
    case.database.execute_all(&[
        "SET time_zone = '+05:00'",
        "CREATE TABLE t (id INT, value TIMESTAMP NULL)",
        "INSERT INTO t VALUES (1, '2024-03-31 05:30:00')",
    ]);
    assert_eq!(
        cell(&case, "parquet", Reader::PyArrow),
        Some("ts:2024-03-31T00:30:00.000000".into())
    );
}

#[test]
fn numbers_that_no_type_holds_are_refused_and_not_rounded() {
    refused(&one_column(System::Postgres, "NUMERIC(20,2)", "'NaN'"));
    refused(&one_column(System::Sqlite, "INTEGER", "'12 monkeys'"));
    refused(&one_column(System::Sqlite, "INTEGER", "1.5"));
}

#[test]
fn a_numeric_without_precision_keeps_every_digit() {
    for digits in [
        "1.50",
        "-0.000000000000000000000000000000000000000000000000000001",
        "NaN",
        "Infinity",
    ] {
        let case = one_column(System::Postgres, "NUMERIC", &format!("'{digits}'"));
        assert_eq!(
            cell(&case, "parquet", Reader::PyArrow),
            Some(format!("s:{digits}"))
        );
    }
}

#[test]
fn floats_that_are_no_numbers_are_kept() {
    for (value, parquet, text) in [
        ("'NaN'", "f:nan", "s:NaN"),
        ("'Infinity'", "f:inf", "s:inf"),
        ("'-Infinity'", "f:-inf", "s:-inf"),
    ] {
        let case = one_column(System::Postgres, "DOUBLE PRECISION", value);
        assert_eq!(
            cell(&case, "parquet", Reader::PyArrow).as_deref(),
            Some(parquet)
        );
        assert_eq!(
            cell(&case, "pickle", Reader::Pickle).as_deref(),
            Some(parquet)
        );
        assert_eq!(cell(&case, "csv", Reader::Text).as_deref(), Some(text));
        let json = cell(&case, "ndjson", Reader::Text);
        assert!(
            json.as_deref().is_some_and(|cell| cell.starts_with("s:")),
            "{json:?}"
        );
    }
}

#[test]
fn text_of_every_charset_is_exact() {
    for charset in ["latin1", "latin2", "big5", "utf8mb3", "utf16"] {
        let text = if charset == "big5" { "中文" } else { "ä" };
        let case = one_column(
            System::MariaDb,
            &format!("VARCHAR(9) CHARACTER SET {charset}"),
            &format!("'{text}'"),
        );
        assert_eq!(
            cell(&case, "parquet", Reader::PyArrow),
            Some(format!("s:{text}")),
            "{charset}"
        );
    }
}

#[test]
fn text_that_is_no_utf8_is_refused() {
    let case = one_column(System::Sqlite, "TEXT", "CAST(x'66ff6f' AS TEXT)");
    refused(&case);
}

#[test]
fn long_values_are_exact() {
    for (system, long) in [
        (System::Sqlite, "CAST(zeroblob(3000000) AS TEXT)"),
        (System::MariaDb, "REPEAT('x', 3000000)"),
        (System::Postgres, "repeat('x', 3000000)"),
    ] {
        let sql_type = if system == System::MariaDb {
            "LONGTEXT"
        } else {
            "TEXT"
        };
        let case = one_column(system, sql_type, long);
        assert_eq!(
            cell(&case, "parquet", Reader::PyArrow).map(|text| text.len()),
            Some(3_000_002),
            "{system:?}"
        );
    }
}

#[test]
fn invalid_dates_are_null_where_the_job_wants_them_so() {
    for (system, sql_type, value) in [
        (System::MariaDb, "DATE", "'0000-00-00'"),
        (System::MariaDb, "DATETIME(6) NOT NULL", "'2000-00-10'"),
        (System::Postgres, "DATE", "'-infinity'"),
        (System::Postgres, "TIMESTAMPTZ NOT NULL", "'infinity'"),
        (System::Sqlite, "DATE NOT NULL", "'soon'"),
        (System::Sqlite, "DATETIME", "'2000-02-30 12:00:00'"),
    ] {
        let case = one_column(system, sql_type, value);
        let job = ["--tables", "t", "--key", "id", "--invalid-dates", "null"];
        case.run().args(job).succeeds();
        let rows = read(Reader::PyArrow, "parquet", &case.path("batches")).rows;
        assert_eq!(rows, [[Some("i:1".into()), None]], "{system:?} {sql_type}");
    }
}

#[test]
fn an_invalid_date_as_key_is_a_null_key_where_the_job_wants_it_null() {
    for system in [System::MariaDb, System::Sqlite] {
        let case = one_column(system, "DATE", "'0000-00-00'");
        let insert = "INSERT INTO t VALUES (2, '2000-00-00'), (3, '0000-00-00'), (4, NULL)";
        case.database.execute_all(&[
            if system == System::MariaDb {
                "SET sql_mode = ''"
            } else {
                "SELECT 1"
            },
            insert,
        ]);
        let job = ["--tables", "t", "--key", "value", "--invalid-dates", "null"];
        case.run()
            .args(job)
            .fails_with(4)
            .says("the key column value is NULL");
        let kept = case.run().args(job).args(["--null-keys", "keep"]);
        kept.succeeds();
        let rows = read(Reader::PyArrow, "parquet", &case.path("batches")).rows;
        assert_eq!(rows.len(), 4, "{system:?}: none of them is merged");
    }
}

#[test]
fn a_value_that_does_not_fit_matters_only_where_its_row_is_written() {
    for workers in ["1", "2"] {
        let case = Case::on(System::Sqlite);
        case.database.execute_all(&[
            "CREATE TABLE t1 (id INTEGER, day DATE)",
            "CREATE TABLE t2 (id INTEGER, day DATE)",
            "INSERT INTO t1 VALUES (1, '2000-01-01')",
            "INSERT INTO t2 VALUES (1, 'never'), (2, '2000-01-02')",
        ]);
        let job = [
            "--tables",
            "t1,t2",
            "--key",
            "id",
            "--workers",
            workers,
            "--force",
        ];
        case.run().args(job).succeeds();
        assert_eq!(case.rows().len(), 2);
        case.database
            .execute_all(&["INSERT INTO t2 (rowid, id, day) VALUES (77, 3, 'never')"]);
        let ran = case.run().args(job).fails_with(4);
        ran.says("table t2")
            .says("row 3 (rowid 77), column day")
            .says("--invalid-dates null")
            .never_says("never");
    }
}

#[test]
fn a_moment_in_another_spelling_is_the_same_key() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t1 (at DATETIME, day DATE)",
        "CREATE TABLE t2 (at DATETIME, day DATE)",
        "INSERT INTO t1 VALUES ('2000-01-01 00:00:00', '2000-01-01'), ('2000-01-01T00:00', 'never')",
        "INSERT INTO t2 VALUES ('2000-01-01', 'never'), ('2000-01-02', '2000-01-02')",
    ]);
    for args in [&[][..], &["--exact"]] {
        let job = ["--tables", "t1,t2", "--key", "at", "--force"];
        case.run().args(job).args(args).succeeds();
        let moments = [
            "ts:2000-01-01T00:00:00.000000",
            "ts:2000-01-02T00:00:00.000000",
        ];
        let found: Vec<_> = case.rows().into_iter().map(|row| row[0].clone()).collect();
        assert_eq!(
            found,
            moments.map(|moment| Some(moment.to_owned())),
            "{args:?}"
        );
    }
}

#[test]
fn sqlites_values_of_any_class_can_be_read_as_text() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, value INTEGER, loose)",
        "INSERT INTO t VALUES (1, 'twelve', 0.1), (2, 12, 'x'), (3, 1.5, 9007199254740993), (4, NULL, 1e300), (5, '', 5.0)",
    ]);
    let job = [
        "--tables",
        "t",
        "--key",
        "id",
        "--columns",
        "id,value",
        "--force",
    ];
    case.run()
        .args(job)
        .fails_with(4)
        .says("table t: row 1 (rowid 1), column value")
        .says("--sqlite-types text");
    let text = [
        "--tables",
        "t",
        "--key",
        "id",
        "--sqlite-types",
        "text",
        "--force",
    ];
    case.run().args(text).succeeds();
    let rows = read(Reader::PyArrow, "parquet", &case.path("batches")).rows;
    let expected = [
        ["1", "twelve", "0.1"],
        ["2", "12", "x"],
        ["3", "1.5", "9007199254740993"],
        ["4", "", "1e300"],
        ["5", "", "5.0"],
    ];
    for (row, (found, expected)) in rows.iter().zip(expected).enumerate() {
        let cell = |text: &str| Some(format!("s:{text}"));
        let value = if row == 3 { None } else { cell(expected[1]) };
        assert_eq!(*found, [cell(expected[0]), value, cell(expected[2])]);
    }
    case.database
        .execute_all(&["INSERT INTO t VALUES (6, x'00', NULL)"]);
    case.run()
        .args(text)
        .fails_with(4)
        .says("row 6 (rowid 6), column value");
}

/// A table of the columns `id` and `value`, with one row.
fn one_column(system: System, sql_type: &str, value: &str) -> Case {
    let case = Case::on(system);
    case.database.execute_all(&[
        if system == System::MariaDb {
            "SET sql_mode = ''"
        } else {
            "SELECT 1"
        },
        &format!("CREATE TABLE t (id INT, value {sql_type})"),
        &format!("INSERT INTO t VALUES (1, {value})"),
    ]);
    case
}

fn cell(case: &Case, format: &str, reader: Reader) -> Option<String> {
    case.run()
        .args([
            "--tables", "t", "--key", "id", "--format", format, "--force",
        ])
        .succeeds();
    let mut rows = read(reader, format, &case.path("batches")).rows;
    rows.swap_remove(0).swap_remove(1)
}

fn refused(case: &Case) {
    let ran = case
        .run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(4);
    ran.says("table t").says("value").never_says("panicked");
    assert!(
        case.entries().iter().all(|name| name == "source.sqlite"),
        "{:?}",
        case.entries()
    );
}
