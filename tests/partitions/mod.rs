//! Tables that are read in parts: the same rows as without parts, in the column's order, whatever its values.

mod orders;
mod refusals;
mod rows;
mod shares;
mod told;
mod values;

use crate::harness::{Case, Firstseen, System, Table, Type, Value};
use serde_json::Value as Json;

/// A table with an integer key, a column for its parts, and a key that repeats.
fn table(name: &str, kind: Type, values: impl IntoIterator<Item = Value>) -> Table {
    let columns = [("id", Type::BigInt), ("c", kind), ("k", Type::BigInt)];
    let rows = values.into_iter().zip(1_i64..);
    Table::new(name, &columns)
        .rows(rows.map(|(value, id)| vec![Value::Int(id), value, Value::Int(id * 7919 % 37)]))
}

fn indexed(system: System, tables: &[Table]) -> Case {
    let case = Case::with(system, &[]);
    for table in tables {
        create_indexed(&case, table);
    }
    case
}

/// Creates the table with `id` as the primary key and an index on `c`. The rows are stored in reverse order.
fn create_indexed(case: &Case, table: &Table) {
    let system = case.database.system();
    let mut stored = table.clone();
    stored.rows.reverse();
    let mut statements = stored.statements(system);
    statements[0] = statements[0].replacen("BIGINT", "INTEGER PRIMARY KEY", 1);
    let (name, c) = (system.quote(&table.name), system.quote("c"));
    statements.push(format!("CREATE INDEX c_of_{} ON {name} ({c})", table.name));
    case.database.execute_all(&statements);
}

fn ints(values: impl IntoIterator<Item = i64>) -> Vec<Value> {
    values.into_iter().map(Value::Int).collect()
}

/// The flags of a job on `t`, with the key `k`, that reads it in parts by `c`.
fn parted(partitions: &str) -> [&str; 8] {
    [
        "--tables",
        "t",
        "--key",
        "k",
        "--partition-on",
        "c",
        "--partitions",
        partitions,
    ]
}

/// `firstseen plan` on `t`, with the key `k`.
fn plan(case: &Case) -> Firstseen {
    let url = case.database.url();
    let job = ["plan", "--source", &url, "--tables", "t", "--key", "k"];
    case.command().args(job)
}

/// Runs the job, and returns its files with names and checksums.
fn files(case: &Case, args: &[&str]) -> Json {
    case.run().args(args).arg("--force").succeeds();
    case.manifest()["files"].clone()
}

/// The number of rows that each unit of each table read.
fn units(manifest: &Json) -> Vec<Vec<u64>> {
    let list = |value: &Json| value.as_array().expect("a list").clone();
    let rows = |unit: &Json| unit["rows_read"].as_u64().expect("a count");
    list(&manifest["tables"])
        .iter()
        .map(|table| list(&table["units"]).iter().map(rows).collect())
        .collect()
}

/// Checks that for any number of parts, the files are those of the whole table in this order.
fn equal_to_ordered(case: &Case, column: &str, parts: usize) {
    for key in ["k", "id"] {
        let job = ["--tables", "t", "--batch-rows", "50", "--key", key];
        let ordered = [&job[..], &["--order-by", column]].concat();
        let expected = files(case, &ordered);
        for partitions in ["2", &parts.to_string(), "auto", "1000"] {
            let on = ["--partition-on", column, "--partitions", partitions];
            let found = files(case, &[&job[..], &on].concat());
            assert_eq!(found, expected, "{:?} {partitions}", case.database.system());
        }
        case.verify().succeeds();
    }
    let on = ["--tables", "t", "--key", "id", "--partition-on", column];
    files(
        case,
        &[&on[..], &["--partitions", &parts.to_string()]].concat(),
    );
}
