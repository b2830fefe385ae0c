//! Values that are long, or that don't fit their columns. `images` checks how each type's values are written.

use crate::harness::{Case, System};

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
        case.run().args(["--tables", "t", "--key", "id"]).succeeds();
        let text = case.rows().swap_remove(0).swap_remove(1);
        let bytes = text.map(|text| text.len() - "s:".len());
        assert_eq!(bytes, Some(3_000_000), "{system:?}");
    }
}

#[test]
fn invalid_dates_become_null_also_in_columns_that_hold_none() {
    for (system, sql_type, value) in [
        (System::MariaDb, "DATETIME(6) NOT NULL", "'2000-00-10'"),
        (System::Postgres, "TIMESTAMPTZ NOT NULL", "'infinity'"),
        (System::Sqlite, "DATE NOT NULL", "'2000-02-30'"),
    ] {
        let case = one_column(system, sql_type, value);
        let job = ["--tables", "t", "--key", "id", "--invalid-dates", "null"];
        case.run().args(job).succeeds();
        assert_eq!(
            case.rows(),
            [[Some("i:1".into()), None]],
            "{system:?} {sql_type}"
        );
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
        assert_eq!(case.rows().len(), 4, "{system:?}: none of them is merged");
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
            .says("--column-type day=text")
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
fn a_value_of_another_class_than_its_column_is_read_as_text_where_the_job_wants_it_so() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, value INTEGER, loose)",
        "INSERT INTO t VALUES (1, 'twelve', 0.1), (2, 12, 'x')",
    ]);
    let job = ["--tables", "t", "--key", "id"];
    let typed = case.run().args(job).args(["--columns", "id,value"]);
    typed
        .fails_with(4)
        .says("table t, row 1 (rowid 1), column value")
        .says("--column-type value=text");
    let text = ["--sqlite-types", "text", "--force"];
    case.run().args(job).args(text).succeeds();
    let cells = |row: [&str; 3]| row.map(|cell| Some(format!("s:{cell}")));
    assert_eq!(
        case.rows(),
        [cells(["1", "twelve", "0.1"]), cells(["2", "12", "x"])]
    );
    case.database
        .execute_all(&["INSERT INTO t VALUES (3, x'00', NULL)"]);
    case.run()
        .args(job)
        .args(text)
        .fails_with(4)
        .says("row 3 (rowid 3), column value");
}

/// A table with the columns `id` and `value`, and one row.
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
