//! A table that is read in parts returns the rows of the ordered table, whatever the numbers in its column.

use super::{files, indexed, ints, table, units};
use crate::harness::{Dice, NullKeys, Row, System, Table, Type, Value, keep_first, typed};

/// Distributions of the values in an integer column, by name.
fn integers() -> Vec<(&'static str, Vec<Value>)> {
    let mut dice = Dice::new(7);
    let skewed = (0..600).map(|row| if row % 10 < 6 { 5 } else { row % 83 });
    let gaps = (0..200).flat_map(|row| [row, 1_000_000_000 + row * 50, i64::MAX - 7 * row]);
    let negative = (0..300).map(|row| (row * 7919 % 601) - 300);
    let nulls = (0..300).map(|row| {
        if row % 3 == 0 {
            Value::Null
        } else {
            Value::Int(row % 40)
        }
    });
    let random: Vec<i64> = (0..500)
        .map(|_| i64::from_ne_bytes(dice.next().to_ne_bytes()))
        .collect();
    vec![
        ("skewed", ints(skewed)),
        ("gaps", ints(gaps)),
        ("negative", ints(negative)),
        ("nulls", nulls.collect()),
        ("nulls alone", vec![Value::Null; 9]),
        ("random", ints(random)),
        ("the same value", ints([4; 100])),
        ("ends", ints([i64::MIN, 0, i64::MAX])),
        ("one row", ints([1])),
        ("empty", Vec::new()),
    ]
}

/// The rows that `--order-by c` must return: NULLs first, ties by `id`.
fn by_column(rows: &[Row]) -> Vec<Row> {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| match (&row[1], &row[0]) {
        (Value::Int(value), Value::Int(id)) => (Some(*value), *id),
        (_, Value::Int(id)) => (None, *id),
        _ => unreachable!("ids are integers"),
    });
    sorted
}

#[test]
fn sqlite_parts_give_the_rows_of_the_ordered_table() {
    parts_give_the_rows_of_the_ordered_table(System::Sqlite);
}

#[test]
fn mariadb_parts_give_the_rows_of_the_ordered_table() {
    parts_give_the_rows_of_the_ordered_table(System::MariaDb);
}

#[test]
fn postgresql_parts_give_the_rows_of_the_ordered_table() {
    parts_give_the_rows_of_the_ordered_table(System::Postgres);
}

fn parts_give_the_rows_of_the_ordered_table(system: System) {
    for (name, values) in integers() {
        let table = table("t", Type::BigInt, values);
        let case = indexed(system, std::slice::from_ref(&table));
        let job = [
            "--tables",
            "t",
            "--key",
            "k",
            "--batch-rows",
            "10",
            "--order-by",
            "c",
        ];
        let expected = files(&case, &job);
        let oracle = keep_first(&[by_column(&table.rows)], &[2], NullKeys::Error);
        if !oracle.is_empty() {
            assert_eq!(case.rows(), typed(&oracle), "{system:?}, {name}");
        }
        for (partitions, workers) in [("1", "1"), ("2", "2"), ("3", "5"), ("8", "4"), ("700", "3")]
        {
            let parted = [
                "--tables",
                "t",
                "--key",
                "k",
                "--batch-rows",
                "10",
                "--partition-on",
                "c",
                "--partitions",
                partitions,
                "--workers",
                workers,
            ];
            assert_eq!(
                files(&case, &parted),
                expected,
                "{system:?}, {name}, {partitions}"
            );
            let read = &units(&case.manifest())[0];
            let most = partitions.parse().expect("a number");
            assert!(!read.is_empty() && read.len() <= most, "{name}: {read:?}");
            assert!(
                read.len() == 1 || !read.contains(&0),
                "{system:?}, {name}: {read:?}"
            );
        }
    }
}

#[test]
fn a_filter_of_all_tables_and_one_of_a_table_are_kept() {
    for system in System::ALL {
        let tables = ["t1", "t2"].map(|name| table(name, Type::BigInt, ints(0..400)));
        let case = indexed(system, &tables);
        let job = "key = ['id']\nwhere = 'c >= 100 OR c = 7'\n[[table]]\nname = 't1'\nwhere = 'c < 300'\n[[table]]\nname = 't2'\n";
        case.write(
            "job.toml",
            format!("partition_on = 'c'\npartitions = 4\n{job}"),
        );
        case.run().arg("job.toml").succeeds();
        assert_eq!(
            units(&case.manifest()),
            [vec![50, 50, 51, 50], vec![75, 75, 76, 75]]
        );
        let parted = case.manifest()["files"].clone();
        case.write("job.toml", format!("order_by = 'c'\n{job}"));
        case.run().args(["job.toml", "--force"]).succeeds();
        assert_eq!(parted, case.manifest()["files"], "{system:?}");
    }
}

#[test]
fn any_number_of_workers_writes_the_same_bytes() {
    for system in System::ALL {
        let tables: Vec<Table> = (0..3)
            .map(|number| {
                let values = ints((0..700).map(|row| row * (number + 3) % 101));
                let mut table = table(&format!("t{number}"), Type::BigInt, values);
                for row in &mut table.rows {
                    row[2] = Value::Int(i64::from(row[2] == Value::Null) + number);
                    let id = row[0].clone();
                    row.push(id);
                }
                table.columns.push(("n".to_owned(), Type::BigInt));
                table
            })
            .collect();
        let case = indexed(system, &tables);
        let job = ["--tables", "t0..t2", "--key", "n,c", "--batch-rows", "100"];
        let expected = files(&case, &[&job[..], &["--order-by", "c"]].concat());
        for workers in ["1", "2", "3", "4", "5"] {
            for exact in ["--exact=false", "--exact=true"] {
                let on = [
                    "--partition-on",
                    "c",
                    "--partitions",
                    "5",
                    "--workers",
                    workers,
                    exact,
                ];
                let found = files(&case, &[&job[..], &on].concat());
                assert_eq!(found, expected, "{system:?} {workers} {exact}");
            }
        }
        assert_eq!(
            case.manifest()["job"]["workers"],
            5,
            "more workers than tables"
        );
    }
}

#[test]
fn however_values_are_read_the_parts_are_the_same() {
    for (system, read) in [
        (System::MariaDb, ["--extractor", "connectorx"]),
        (System::Sqlite, ["--sqlite-types", "text"]),
    ] {
        let values = (0..300).map(|row| Value::Int(row * 7919 % 1201 - 600));
        let case = indexed(system, &[table("t", Type::BigInt, values)]);
        let job = [&["--tables", "t", "--key", "k"], &read[..]].concat();
        let expected = files(&case, &[&job[..], &["--order-by", "c"]].concat());
        let on = ["--partition-on", "c", "--partitions", "5"];
        assert_eq!(
            files(&case, &[&job[..], &on].concat()),
            expected,
            "{read:?}"
        );
        assert_eq!(units(&case.manifest()), [[60; 5]], "{read:?}");
    }
}
