//! Many tables, many columns, large values: the job works, or there is one clear error.

use crate::harness::{Case, System, tell};

#[test]
fn five_hundred_tables_are_read_by_few_and_by_many_workers() {
    for system in System::ALL {
        let case = Case::on(system);
        let statements: Vec<String> = (0..500)
            .flat_map(|number| {
                let table = system.quote(&format!("t{number}"));
                [
                    format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, note VARCHAR(20))"),
                    format!(
                        "INSERT INTO {table} VALUES ({number}, 'n'), ({}, 'next')",
                        number + 1
                    ),
                ]
            })
            .collect();
        case.database.execute_all(&statements);
        for workers in ["2", "13"] {
            let ran = case
                .run()
                .args([
                    "--tables",
                    "t0..t499",
                    "--key",
                    "id",
                    "--workers",
                    workers,
                    "--force",
                ])
                .succeeds();
            let totals = case.manifest()["totals"].clone();
            ran.check(
                totals["rows_read"] == 1000 && totals["new"] == 501,
                format!("{system:?}: all rows of all tables"),
            );
        }
    }
}

#[test]
fn a_thousand_columns_are_read() {
    for system in System::ALL {
        let case = Case::on(system);
        let columns: Vec<String> = (1..=1000)
            .map(|number| format!("c{number} INTEGER"))
            .collect();
        let values: Vec<String> = (1..=1000).map(|number| number.to_string()).collect();
        case.database.execute_all(&[
            format!("CREATE TABLE t ({})", columns.join(", ")),
            format!("INSERT INTO t VALUES ({})", values.join(",")),
        ]);
        case.run().args(["--tables", "t", "--key", "c1"]).succeeds();
        let row = case.rows().swap_remove(0);
        assert_eq!(row.len(), 1000, "{system:?}");
        assert!(
            row[999]
                .as_deref()
                .is_some_and(|last| last.ends_with("1000")),
            "{system:?}"
        );
    }
}

/// Rows of each of the eight tables below: a prime number less one, so that the keys can be shuffled by multiplication.
const SHUFFLED: u64 = 200_002;

#[test]
fn rows_that_an_earlier_table_has_too_are_dropped_while_the_tables_are_read() {
    let case = Case::on(System::Sqlite);
    let tables = (1..=8).map(|number| {
        format!(
            "CREATE TABLE t{number} AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {SHUFFLED})
             SELECT CAST(n * {number}9 % {} AS INTEGER) AS k, {number} AS t FROM s",
            SHUFFLED + 1
        )
    });
    case.database.execute_all(&tables.collect::<Vec<_>>());
    let read = ["--tables", "t1..t8", "--key", "k", "--workers", "8"];
    let types = ["--column-type", "k=integer", "--column-type", "t=integer"];
    let ran = case.run().args(read).args(types).succeeds();
    let manifest = case.manifest();
    let totals = &manifest["totals"];
    ran.check(
        totals["rows_read"] == 8 * SHUFFLED && totals["new"] == SHUFFLED,
        "every table has the same keys",
    );
    let tables = manifest["tables"].as_array().expect("eight tables");
    let kept: u64 = tables
        .iter()
        .filter_map(|table| table["unique_drops"].as_u64())
        .sum();
    ran.check(
        kept < SHUFFLED,
        format!("{kept} duplicates were kept until all tables had been read"),
    );
}

const LARGE: usize = 64 << 20;

#[test]
fn a_cell_of_64_mib_and_keys_of_four_are_exact() {
    for (system, large, key) in [
        (
            System::Sqlite,
            format!("zeroblob({LARGE})"),
            "CAST(zeroblob(4194304) AS TEXT)",
        ),
        (
            System::MariaDb,
            format!("REPEAT('x', {LARGE})"),
            "REPEAT('k', 4194304)",
        ),
        (
            System::Postgres,
            format!("convert_to(repeat('x', {LARGE}), 'UTF8')"),
            "repeat('k', 4194304)",
        ),
    ] {
        let [text, bytes] = match system {
            System::Sqlite => ["TEXT", "BLOB"],
            System::MariaDb => ["LONGTEXT", "LONGBLOB"],
            System::Postgres => ["TEXT", "BYTEA"],
        };
        let case = Case::on(system);
        case.database.execute_all(&[
            format!("CREATE TABLE t (id INTEGER PRIMARY KEY, k {text}, large {bytes})"),
            format!("INSERT INTO t VALUES (1, {key}, NULL)"),
            format!("INSERT INTO t VALUES (2, {key}, NULL)"),
            format!("INSERT INTO t VALUES (3, 'short', {large})"),
        ]);
        let ran = case
            .run()
            .args(["--tables", "t", "--key", "k", "--json"])
            .succeeds();
        let manifest = ran.json();
        ran.check(
            manifest["totals"]["new"] == 2,
            format!("{system:?}: two keys"),
        );
        let length = case
            .rows()
            .swap_remove(1)
            .swap_remove(2)
            .map(|cell| cell.len());
        // Readers return bytes as base64, or as two digits each.
        ran.check(
            length >= Some(LARGE),
            format!("{system:?}: the whole cell, not {length:?}"),
        );
        let peak = manifest["peak_memory_bytes"].as_u64().expect("a peak");
        let most = 8 * u64::try_from(LARGE).expect("a small number");
        tell(&format!(
            "{system:?}: a cell of 64 MiB takes {} MB at the peak",
            peak / 1_000_000
        ));
        ran.check(peak < most, format!("{system:?}: {peak} bytes at the peak"));
    }
}
