//! The order of rows within a table: by the column's own values, never by how they travel.

use crate::harness::{Case, System};

/// A table whose first row of the key `k` is told apart by `note`, ordered by a column `o` of the given type.
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
