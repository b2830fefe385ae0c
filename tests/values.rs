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
