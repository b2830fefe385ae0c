//! Column names.

use super::{NAMES, OTHER, extractors, nothing_else_happened, told_in_lines, toml};
use crate::harness::{Case, Reader, System, Table, Type, Value, read, typed};

#[test]
fn every_name_of_a_column_is_its_own_in_every_format() {
    for system in System::ALL {
        let columns: Vec<_> = NAMES
            .iter()
            .map(|name| (*name, Type::Varchar(60)))
            .collect();
        let cells = |first: &str| {
            let cells = NAMES
                .iter()
                .map(|name| Value::Text(format!("{first} {name}")));
            cells.collect::<Vec<_>>()
        };
        let table = Table::new("t", &columns).rows(["b", "a", "b"].map(cells));
        let case = Case::with(system, &[table, Table::notes(OTHER).ids([1])]);
        for (format, reader) in [
            ("parquet", Reader::PyArrow),
            ("arrow", Reader::PyArrow),
            ("csv", Reader::Text),
            ("ndjson", Reader::Text),
            ("pickle", Reader::Pickle),
        ] {
            for extractor in extractors(system) {
                let names: Vec<String> = NAMES.iter().map(|name| toml(name)).collect();
                let list = format!("[{}]", names.join(", "));
                case.write(
                    "job.toml",
                    format!("tables = 't'\nkey = {list}\ncolumns = {list}\n"),
                );
                let job = [
                    "job.toml",
                    "--extractor",
                    extractor,
                    "--format",
                    format,
                    "--force",
                ];
                told_in_lines(case.run().args(job), system);
                let found = read(reader, format, &case.path("batches"));
                assert_eq!(found.columns, NAMES, "{system:?} {format}");
                let rows = typed(&["b", "a"].map(cells));
                assert_eq!(found.rows, rows, "{system:?} {format}");
                case.verify().succeeds();
            }
        }
        nothing_else_happened(&case);
    }
}

#[test]
fn a_column_of_any_name_orders_and_partitions() {
    for system in System::ALL {
        // Spaces around the names of a list aren't part of them.
        for name in NAMES.iter().filter(|name| name.trim() == **name) {
            let table = Table::new("t", &[(name, Type::BigInt), ("note", Type::Varchar(9))]);
            let table = table.row_of(3, "c").row_of(1, "a").row_of(2, "b");
            let case = Case::with(system, &[table, Table::notes(OTHER).ids([1])]);
            let quoted = system.quote(name);
            case.database
                .execute(&format!("CREATE UNIQUE INDEX ordered ON t ({quoted})"));
            let not_null = match system {
                System::MariaDb => format!("ALTER TABLE t MODIFY {quoted} BIGINT NOT NULL"),
                System::Postgres => format!("ALTER TABLE t ALTER {quoted} SET NOT NULL"),
                // It can't be changed any more, so it is found by its position alone.
                System::Sqlite => "SELECT 1".to_owned(),
            };
            let name = toml(name);
            case.write(
                "job.toml",
                format!("tables = 't'\nkey = [{name}]\norder_by = [{name}]\n"),
            );
            case.run().arg("job.toml").succeeds();
            assert_eq!(case.notes(), ["a", "b", "c"], "{system:?} {name}");
            if system == System::Sqlite {
                continue;
            }
            case.database.execute(&not_null);
            let job =
                format!("tables = 't'\nkey = [{name}]\npartition_on = {name}\npartitions = 2\n");
            case.write("job.toml", job);
            case.run().args(["job.toml", "--force"]).succeeds();
            assert_eq!(case.notes(), ["a", "b", "c"], "{system:?} {name}");
        }
    }
}
