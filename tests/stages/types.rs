//! Values of every type come through a stage as they are.

use super::Staging;
use crate::harness::{Case, System};

/// Columns with their types, two values of each, and a NULL.
fn columns(system: System) -> &'static [(&'static str, &'static str, &'static str)] {
    match system {
        System::Sqlite => &[
            ("TEXT", "'a'", "'é😀'"),
            ("INTEGER", "-9223372036854775808", "7"),
            ("DOUBLE", "0.1", "-1e300"),
            ("DATE", "'2000-02-29'", "'0001-01-01'"),
            ("BLOB", "x'00ff'", "x''"),
            ("BOOLEAN", "1", "0"),
        ],
        System::MariaDb => &[
            ("VARCHAR(40)", "'a'", "''"),
            ("BIGINT UNSIGNED", "18446744073709551615", "0"),
            ("TINYINT", "-128", "127"),
            (
                "DECIMAL(38,2)",
                "-0.01",
                "999999999999999999999999999999999999.99",
            ),
            ("DECIMAL(60,5)", "1.00001", "-7"),
            ("DOUBLE", "0.1", "-1e300"),
            ("FLOAT", "0.5", "-1e30"),
            ("DATE", "'2000-02-29'", "'1000-01-01'"),
            (
                "DATETIME(6)",
                "'2000-02-29 23:59:59.999999'",
                "'1970-01-01 00:00:00'",
            ),
            ("TIME(6)", "'-838:59:58.000001'", "'23:00:00'"),
            ("YEAR", "2000", "1901"),
            ("VARBINARY(9)", "x'00ff'", "x''"),
        ],
        System::Postgres => &[
            ("TEXT", "'a'", "''"),
            ("BIGINT", "-9223372036854775808", "7"),
            ("SMALLINT", "-32768", "1"),
            ("BOOLEAN", "true", "false"),
            (
                "NUMERIC(38,2)",
                "-0.01",
                "999999999999999999999999999999999999.99",
            ),
            ("NUMERIC(60,5)", "1.00001", "-7"),
            ("DOUBLE PRECISION", "0.1", "'NaN'"),
            ("REAL", "0.5", "'-Infinity'"),
            ("DATE", "'2000-02-29'", "'0001-01-01'"),
            ("TIMESTAMP", "'2000-02-29 23:59:59.999999'", "'1970-01-01'"),
            (
                "TIMESTAMPTZ",
                "'2000-02-29 23:59:59.999999+05'",
                "'1970-01-01+00'",
            ),
            ("TIME", "'23:59:59.999999'", "'00:00'"),
            (
                "UUID",
                "'00000000-0000-0000-0000-0000000000ff'",
                "'ffffffff-0000-0000-0000-000000000000'",
            ),
            ("BYTEA", "'\\x00ff'", "''"),
            ("INT[]", "'{1,NULL,-3}'", "'{}'"),
            ("TEXT[]", "'{a,\"b,c\",NULL}'", "'{}'"),
            ("JSONB", "'{\"a\": 1}'", "'[]'"),
        ],
    }
}

#[test]
fn values_of_every_type_come_through_a_stage() {
    for system in System::ALL {
        let case = Case::on(system);
        let columns = columns(system);
        let definition: Vec<String> = (0..)
            .zip(columns)
            .map(|(number, (sql, ..))| format!("c{number} {sql}"))
            .collect();
        for table in ["t0", "t1"] {
            case.database.execute(&format!(
                "CREATE TABLE {table} (id INT, {})",
                definition.join(", ")
            ));
            for row in 0..30 {
                let cells = columns.iter().enumerate().map(|(column, (_, one, other))| {
                    match (row + column) % 3 {
                        0 => *one,
                        1 => *other,
                        _ => "NULL",
                    }
                });
                let cells: Vec<&str> = cells.collect();
                case.database.execute(&format!(
                    "INSERT INTO {table} VALUES ({row}, {})",
                    cells.join(", ")
                ));
            }
        }
        // Keys of other types than text are compared by other bytes.
        for (key, format) in [
            ("id", "parquet"),
            ("c0,c1", "arrow"),
            ("c3,c4,c1", "ndjson"),
            ("c1", "csv"),
        ] {
            let args = [
                "--tables",
                "t0,t1",
                "--key",
                key,
                "--null-keys",
                "keep",
                "--batch-rows",
                "7",
                "--format",
                format,
            ];
            let staging = Staging { case: &case };
            let expected = staging.in_one_process(&args);
            staging.plan(&[&args[..], &["--force"]].concat());
            staging.stage(&[]);
            staging.keep();
            staging.finish(&[]);
            staging.publish();
            assert_eq!(staging.outcome(), expected, "{system:?}, --key {key}");
        }
    }
}
