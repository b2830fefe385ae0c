//! Tables, columns and keys.

use super::{LEFT_OUT, accounts_for_all, case, leads_out};
use crate::harness::{Case, System};

#[test]
fn a_column_that_a_table_lacks_is_written_as_the_tables_have_it() {
    for system in System::ALL {
        let case = case(system);
        let note = system.quote("Note");
        let rename = format!("ALTER TABLE t2 RENAME COLUMN note TO {note}");
        case.database.execute(&rename);
        let both: &[&str] = &["--columns", "id"];
        leads_out(
            &case,
            &["--columns", "id,note"],
            4,
            "names must match exactly",
            both,
        );
    }
}

#[test]
fn a_column_of_another_type_is_cast_by_a_view_or_left_out() {
    for system in [System::MariaDb, System::Postgres] {
        let case = case(system);
        case.database.execute_all(&[
            "DROP TABLE t2",
            "CREATE TABLE t2 (id BIGINT NOT NULL PRIMARY KEY, note INT)",
            "INSERT INTO t2 SELECT id + 50, 7 FROM t1",
            match system {
                System::MariaDb => {
                    "CREATE VIEW v2 AS SELECT id, CAST(note AS CHAR(40)) AS note FROM t2"
                }
                _ => "CREATE VIEW v2 AS SELECT id, CAST(note AS varchar(40)) AS note FROM t2",
            },
        ]);
        let remedy =
            "read a view that casts it to the other type, or leave the column out with --columns";
        leads_out(&case, &[], 4, remedy, &["--tables", "t1,v2"]);
        leads_out(&case, &[], 4, remedy, &["--columns", "id"]);
    }
    let case = case(System::Sqlite);
    case.database.execute_all(&[
        "DROP TABLE t2",
        "CREATE TABLE t2 (id BIGINT NOT NULL PRIMARY KEY, note INT)",
        "INSERT INTO t2 SELECT id + 50, 7 FROM t1",
    ]);
    leads_out(
        &case,
        &[],
        4,
        "--column-type note=text",
        &["--column-type", "note=text"],
    );
}

#[test]
fn rows_without_a_key_are_counted_or_kept_as_the_error_says() {
    for system in System::ALL {
        let case = Case::on(system);
        case.database.execute_all(&[
            "CREATE TABLE t1 (id BIGINT, note VARCHAR(40))",
            "CREATE TABLE t2 (id BIGINT, note VARCHAR(40))",
            "INSERT INTO t1 VALUES (1, 'a'), (NULL, 'b'), (2, 'c')",
        ]);
        let remedy = "use --null-keys drop to leave such rows out, or --null-keys keep to write every one of them";
        case.run().args(super::job(&[])).fails_with(4).says(remedy);
        for (choice, new, dropped) in [("drop", 2, 1), ("keep", 3, 0)] {
            let job = ["--null-keys", choice, "--force"];
            case.run().args(super::job(&job)).succeeds();
            let totals = &case.manifest()["totals"];
            assert_eq!(totals["new"], new, "{system:?}");
            assert_eq!(totals["null_drops"], dropped, "{system:?}");
        }
    }
}

#[test]
fn a_table_is_parted_by_the_key_that_the_error_asks_for() {
    for system in System::ALL {
        let case = Case::on(system);
        let rows: Vec<String> = (0..50).map(|row| format!("({row}, 'n')")).collect();
        case.database.execute_all(&[
            "CREATE TABLE t1 (id BIGINT NOT NULL, note VARCHAR(40))".to_owned(),
            format!("INSERT INTO t1 VALUES {}", rows.join(", ")),
            "CREATE VIEW v AS SELECT * FROM t1".to_owned(),
        ]);
        let parts = &[
            "--tables",
            "t1",
            "--partition-on",
            "id",
            "--partitions",
            "2",
        ];
        let view = ["--tables", "v", "--partition-on", "id"];
        let failed = case.run().args(super::job(&view)).fails_with(4);
        failed.says("name the underlying tables, or leave out --partition-on");
        case.run()
            .args(super::job(parts))
            .fails_with(4)
            .says("create an index");
        case.database.execute("CREATE INDEX of_id ON t1 (id)");
        let failed = case.run().args(super::job(parts));
        let failed = failed.fails_with(4);
        failed.says("create a primary key, or use a unique column that is NOT NULL");
        case.database
            .execute("CREATE UNIQUE INDEX of_each ON t1 (id)");
        let ran = case.run().args(super::job(parts)).succeeds();
        accounts_for_all(&case, &ran);
    }
}

#[test]
fn a_type_that_makes_no_parts_is_told_with_those_that_do() {
    for system in [System::MariaDb, System::Postgres] {
        let case = case(system);
        case.database.execute_all(&[
            "ALTER TABLE t1 ADD weight DOUBLE PRECISION",
            "ALTER TABLE t2 ADD weight DOUBLE PRECISION",
            "CREATE INDEX w1 ON t1 (weight)",
            "CREATE INDEX w2 ON t2 (weight)",
        ]);
        let remedy = "use a column of integers, dates, timestamps or text";
        leads_out(
            &case,
            &["--partition-on", "weight"],
            4,
            remedy,
            &["--partition-on", "id"],
        );
    }
}

#[test]
fn an_array_makes_a_key_by_the_view_that_the_error_writes() {
    let case = case(System::Postgres);
    case.database.execute_all(&[
        "ALTER TABLE t1 ADD tags text[]",
        "UPDATE t1 SET tags = ARRAY[id::text]",
    ]);
    let wrong = ["--tables", "t1", "--key", "tags"];
    let failed = case.run().args(super::job(&wrong)).fails_with(4);
    let written = failed
        .stderr
        .split("that has ")
        .nth(1)
        .and_then(|rest| rest.split(" instead").next());
    let written = written.expect("a cast");
    case.database.execute(&format!(
        "CREATE VIEW v AS SELECT id, {written} AS tags FROM t1"
    ));
    let ran = case
        .run()
        .args(super::job(&["--tables", "v", "--key", "tags"]))
        .succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_misspelled_name_is_the_one_that_was_meant() {
    for system in System::ALL {
        let case = case(system);
        let failed = leads_out(&case, &["--tables", "t1,t_2"], 4, "did you mean t", &[]);
        failed.says("names must match exactly");
        let alone = "name the table alone";
        leads_out(&case, &["--tables", "d.t1"], 4, alone, &["--tables", "t1"]);
        let unlike = ["--tables", "zzz"];
        leads_out(&case, &unlike, 4, "firstseen plan --tables '*'", &[]);
        let empty = Case::on(system);
        empty.database.execute("CREATE TABLE gone (id BIGINT)");
        empty.database.execute("DROP TABLE gone");
        let failed = empty.run().args(super::job(&[])).fails_with(4);
        failed.check(
            failed.stderr.contains("this user can see no tables")
                || failed.stderr.contains("search_path"),
            "it says why nothing is found",
        );
    }
    let case = case(System::Sqlite);
    leads_out(
        &case,
        &[LEFT_OUT, "--key", "--key", "ID"],
        4,
        "name one of these columns: id, note; names must match exactly",
        &[],
    );
}

#[test]
fn padded_keys_are_compared_by_the_views_that_the_error_writes() {
    let case = Case::on(System::Postgres);
    for (table, width) in [("t1", 4), ("t2", 5)] {
        case.database.execute_all(&[
            format!("CREATE TABLE {table} (id char({width}), note varchar(40))"),
            format!("INSERT INTO {table} VALUES ('a', '{table}'), ('b', '{table}')"),
        ]);
    }
    let failed = case.run().args(super::job(&[])).fails_with(4);
    let written = failed.stderr.split("views that have ").nth(1);
    let written = written
        .and_then(|rest| rest.lines().next())
        .expect("a cast");
    for table in ["t1", "t2"] {
        let view = format!("CREATE VIEW {table}_v AS SELECT {written} AS id, note FROM {table}");
        case.database.execute(&view);
    }
    let views = super::job(&["--tables", "t1_v,t2_v"]);
    case.run().args(views).succeeds();
    assert_eq!(case.manifest()["totals"]["new"], 2);
    assert_eq!(case.manifest()["totals"]["duplicates"], 2);
}

#[test]
fn a_date_that_a_format_lacks_is_written_by_another_or_left_out() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t1 (id bigint, day date)",
        "INSERT INTO t1 VALUES (1, '2000-01-01'), (2, '12000-01-01')",
    ]);
    let job = |more: &[&'static str]| super::job(&[&["--tables", "t1"], more].concat());
    let failed = case.run().args(job(&["--format", "pickle"])).fails_with(4);
    failed.says("choose another --format, or exclude such rows with --where");
    case.run().args(job(&["--format", "parquet"])).succeeds();
    assert_eq!(case.manifest()["totals"]["new"], 2);
    let without = [
        "--format",
        "pickle",
        "--where",
        "day < '10000-01-01'",
        "--force",
    ];
    case.run().args(job(&without)).succeeds();
    assert_eq!(case.manifest()["totals"]["new"], 1);
}
