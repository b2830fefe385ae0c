//! The order of rows within a table: by the column's own values, never by the form in which they are transferred.

use crate::harness::{Case, System};

/// A table ordered by a column `o` of the given type, in which `note` shows which row of each key `k` is first.
fn ordered(system: System, column: &str, rows: &str) -> Case {
    let case = Case::on(system);
    case.database.execute(&format!(
        "CREATE TABLE t (o {column}, k VARCHAR(9), note VARCHAR(9))"
    ));
    case.database
        .execute(&format!("INSERT INTO t VALUES {rows}"));
    case
}

fn kept(case: &Case, order_by: &str) -> Vec<String> {
    let job = [
        "--tables",
        "t",
        "--key",
        "k",
        "--columns",
        "k,note,o",
        "--force",
    ];
    case.run()
        .args(job)
        .args(["--order-by", order_by])
        .succeeds();
    case.notes()
}

const NUMBERS: &str =
    "(100, 'k', 'largest'), (9, 'k', 'middle'), (-5, 'k', 'less'), (-7, 'k', 'least')";

#[test]
fn decimals_are_ordered_as_numbers() {
    for system in [System::MariaDb, System::Postgres] {
        let case = ordered(system, "DECIMAL(10,2)", NUMBERS);
        assert_eq!(kept(&case, "o"), ["least"], "{system:?}");
        assert_eq!(kept(&case, "o desc"), ["largest"], "{system:?}");
    }
}

#[test]
fn a_decimal_primary_key_is_ordered_as_a_number() {
    let case = ordered(System::MariaDb, "DECIMAL(10,2) PRIMARY KEY", NUMBERS);
    assert_eq!(kept(&case, "auto"), ["least"]);
}

#[test]
fn times_are_ordered_as_times() {
    let rows =
        "('100:00:00', 'k', 'longest'), ('99:00:00', 'k', 'long'), ('-10:00:00', 'k', 'least')";
    let case = ordered(System::MariaDb, "TIME", rows);
    assert_eq!(kept(&case, "o"), ["least"]);
    assert_eq!(kept(&case, "o desc"), ["longest"]);
}

#[test]
fn enums_are_ordered_as_they_are_declared() {
    let case = Case::on(System::Postgres);
    case.database.execute(
        "CREATE TYPE mood AS ENUM ('zed', 'abe'); CREATE TABLE t (o mood, k TEXT, note TEXT)",
    );
    case.database
        .execute("INSERT INTO t VALUES ('abe', 'k', 'second'), ('zed', 'k', 'first')");
    assert_eq!(kept(&case, "o"), ["first"]);
}

#[test]
fn a_subquery_in_the_filter_leaves_postgresqls_stored_order() {
    let case = Case::on(System::Postgres);
    case.database.execute(
        "CREATE TABLE t (k INT, note TEXT); CREATE TABLE few (k INT PRIMARY KEY); CREATE INDEX ON t (k);
         INSERT INTO t SELECT 20000 - s, s::text FROM generate_series(1, 20000) s;
         INSERT INTO few SELECT s FROM generate_series(1, 50) s; ANALYZE t; ANALYZE few",
    );
    let filter = "k IN (SELECT k FROM few)";
    case.run()
        .args(["--tables", "t", "--key", "k", "--where", filter])
        .succeeds();
    let expected: Vec<String> = (19_950..20_000).map(|note| note.to_string()).collect();
    assert_eq!(case.notes(), expected);
}

#[test]
fn a_filter_can_neither_end_its_parentheses_nor_hide_the_order() {
    let case = ordered(System::Sqlite, "INTEGER", NUMBERS);
    for (filter, code) in [
        ("1 = 1) ORDER BY note --", 3),
        ("1 = 1) ORDER BY note /*", 2),
    ] {
        let job = ["--tables", "t", "--key", "k", "--where", filter];
        case.run().args(job).fails_with(code);
    }
    let commented = [
        "--tables",
        "t",
        "--key",
        "k",
        "--columns",
        "k,note,o",
        "--where",
        "o < 100 -- not the largest",
    ];
    case.run().args(commented).succeeds();
    assert_eq!(case.notes(), ["middle"]);
}

/// Partitions that were created in another order than that of their bounds, and child tables. Each key has rows in two of them.
fn composite() -> Case {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE p (k TEXT, note TEXT, y INT) PARTITION BY RANGE (y)",
        "CREATE TABLE p_2021 PARTITION OF p FOR VALUES FROM (2021) TO (2022)",
        "CREATE TABLE p_2020 PARTITION OF p FOR VALUES FROM (2020) TO (2021)",
        "INSERT INTO p SELECT 'k' || s, y || ' ' || s, y FROM generate_series(2020, 2021) y, generate_series(1, 300) s",
        "CREATE TABLE h (k TEXT, note TEXT, y INT)",
        "CREATE TABLE h_b () INHERITS (h)",
        "CREATE TABLE h_a () INHERITS (h)",
        "INSERT INTO h_a SELECT 'k' || s, 'a ' || s, 1 FROM generate_series(1, 300) s",
        "INSERT INTO h_b SELECT 'k' || s, 'b ' || s, 1 FROM generate_series(1, 300) s",
        "INSERT INTO h SELECT 'k' || s, 'own ' || s, 1 FROM generate_series(1, 150) s",
        "CREATE TABLE few (k TEXT PRIMARY KEY)",
        "INSERT INTO few SELECT 'k' || s FROM generate_series(1, 300) s",
        "CREATE INDEX ON p (k)",
        "CREATE INDEX ON h_a (k)",
        "ANALYZE",
    ]);
    case
}

#[test]
fn the_order_of_partitions_and_heirs_is_the_same_for_every_filter() {
    let case = composite();
    let filters = [
        "true",
        "k <> 'selected'",
        "k > ''",
        "k IN (SELECT k FROM few)",
        "EXISTS (SELECT FROM few WHERE few.k = h.k)",
        "EXISTS (SELECT FROM few WHERE few.k = p.k)",
        "y >= (SELECT 0)",
        "k IN (SELECT k FROM few ORDER BY k DESC) OR y < 0",
    ];
    for (table, words, first, last) in [
        (
            "p",
            "as stored, partition by partition",
            "2020 1",
            "2020 300",
        ),
        (
            "h",
            "as stored, child tables after their parent",
            "own 1",
            "b 300",
        ),
    ] {
        let job = [
            "--tables",
            table,
            "--key",
            "k",
            "--columns",
            "k,note",
            "--force",
        ];
        case.run().args(job).succeeds();
        let expected = case.notes();
        assert_eq!(expected.len(), 300);
        assert_eq!([&expected[0], &expected[299]], [first, last], "{table}");
        for filter in filters {
            let other = if table == "p" { "h." } else { "p." };
            if filter.contains(other) {
                continue;
            }
            for extractor in ["wire", "connectorx"] {
                let run = case.run().args(job).args(["--where", filter]);
                run.args(["--extractor", extractor]).succeeds();
                assert_eq!(case.notes(), expected, "{table}: {filter}");
                assert_eq!(case.manifest()["tables"][0]["order"], words, "{filter}");
            }
        }
    }
}

#[test]
fn a_plan_that_keeps_the_stored_order_needs_no_sort_whatever_words_its_filter_has() {
    let case = composite();
    for (table, filter, sorts) in [
        ("p", "note <> 'select'", false),
        ("h", "note <> 'select'", false),
        ("few", "k <> 'select'", false),
        ("few", "k = (SELECT 'k7')", false),
        ("p", "k IN (TABLE few)", true),
        ("h_a", "k IN (TABLE few)", true),
    ] {
        let job = ["--tables", table, "--key", "k", "--where", filter, "--json"];
        let url = case.database.url();
        let plan = case.command().args(["plan", "--source", &url]);
        let plan = plan.args(job).succeeds().json();
        let sql = plan["units"][0]["sql"].as_str().expect("SQL").to_owned();
        assert_eq!(sql.contains("ORDER BY"), sorts, "{sql}");
    }
}

#[test]
fn a_query_in_the_filter_leaves_mariadbs_stored_order_undefined_and_a_word_does_not() {
    let case = Case::on(System::MariaDb);
    case.database.execute_all(&[
        "CREATE TABLE t (id INT, note VARCHAR(9))",
        "CREATE TABLE few (id INT)",
        "INSERT INTO t VALUES (2, 'b'), (1, 'a')",
        "INSERT INTO few VALUES (1), (2)",
    ]);
    for (filter, order) in [
        ("note <> 'select'", "as stored"),
        (
            "id IN (SELECT id FROM few)",
            "undefined: a query in the filter, without --order-by",
        ),
        (
            "id IN (TABLE few)",
            "undefined: a query in the filter, without --order-by",
        ),
    ] {
        let job = ["--tables", "t", "--key", "id", "--force"];
        let ran = case.run().args(job).args(["--where", filter]).end();
        // Not every version of MariaDB supports TABLE as a query.
        if ran.code() == Some(0) {
            assert_eq!(case.manifest()["tables"][0]["order"], order, "{filter}");
        }
    }
}

#[test]
fn a_primary_key_says_nothing_of_the_rows_of_heirs() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE h (id int PRIMARY KEY, note text)",
        "CREATE TABLE h1 () INHERITS (h)",
        "INSERT INTO h VALUES (1, 'own')",
        "INSERT INTO h1 VALUES (1, 'of the heir')",
    ]);
    let job = "--tables h --key id --order-by id --force";
    let run = || case.run().args(job.split(' '));
    let order = || case.manifest()["tables"][0]["order"].to_string();
    run().succeeds();
    assert_eq!(case.manifest()["totals"]["duplicates"], 1);
    assert!(order().contains("ties"), "{}", order());
    // Since PostgreSQL 18, child tables keep their parent's NOT NULL.
    let version = "SELECT current_setting('server_version_num')::bigint";
    if case.database.count(version) >= 180_000 {
        return;
    }
    case.database.execute_all(&[
        "ALTER TABLE h1 ALTER id DROP NOT NULL",
        "INSERT INTO h1 VALUES (NULL, 'without a key')",
    ]);
    run().fails_with(4).says("--null-keys");
    run().args(["--null-keys", "keep"]).succeeds();
    assert_eq!(case.manifest()["totals"]["rows_read"], 3);
    assert!(order().contains("ties"), "{}", order());
}
