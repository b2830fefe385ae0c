//! Where one batch file ends and the next one begins.

use crate::harness::{Case, Reader, System, Table, read, typed};

#[test]
fn every_file_is_full_but_the_last() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids(1..=21)]);
        for (rows, expected) in [
            (9, vec![10]),
            (10, vec![10]),
            (11, vec![10, 1]),
            (19, vec![10, 9]),
            (20, vec![10, 10]),
            (21, vec![10, 10, 1]),
        ] {
            let expected = if rows == 9 { vec![9] } else { expected };
            let filter = format!("id <= {rows}");
            let job = [
                "--tables",
                "t",
                "--key",
                "id",
                "--batch-rows",
                "10",
                "--where",
                &filter,
                "--force",
            ];
            case.run().args(job).succeeds();
            assert_eq!(rows_of_files(&case), expected, "{rows} rows on {system:?}");
        }
    }
}

#[test]
fn names_tell_the_first_and_the_last_row() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=21)]);
    case.run()
        .args([
            "--tables",
            "t",
            "--key",
            "id",
            "--batch-rows",
            "10",
            "--prefix",
            "person",
        ])
        .succeeds();
    let expected = [
        "person-0000001-0000010.parquet",
        "person-0000011-0000020.parquet",
        "person-0000021-0000021.parquet",
    ];
    assert_eq!(case.files(), expected);
}

#[test]
fn files_follow_the_order_of_the_rows() {
    let table = Table::notes("t").ids((1..=35).rev());
    let case = Case::with(System::Sqlite, std::slice::from_ref(&table));
    case.run()
        .args(["--tables", "t", "--key", "id", "--batch-rows", "4"])
        .succeeds();
    assert_eq!(case.rows(), typed(&table.rows));
}

#[test]
fn the_default_is_ten_thousand_rows() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids(1..=10_001)]);
        for (rows, expected) in [
            (0, vec![]),
            (1, vec![1]),
            (9_999, vec![9_999]),
            (10_000, vec![10_000]),
            (10_001, vec![10_000, 1]),
        ] {
            let filter = format!("id <= {rows}");
            let job = [
                "--tables", "t", "--key", "id", "--where", &filter, "--force",
            ];
            case.run().args(job).succeeds();
            assert_eq!(rows_of_files(&case), expected, "{rows} rows on {system:?}");
        }
        let names = [
            "batch-0000001-0010000.parquet",
            "batch-0010001-0010001.parquet",
        ];
        assert_eq!(case.files(), names);
    }
}

#[test]
fn empty_tables_give_an_empty_folder_and_a_manifest_that_says_so() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t1"), Table::notes("t2")]);
        for format in ["parquet", "arrow", "csv", "ndjson", "pickle"] {
            case.run()
                .args([
                    "--tables", "t1,t2", "--key", "id", "--format", format, "--force",
                ])
                .succeeds();
            assert!(
                case.files().is_empty(),
                "{format} on {system:?}: {:?}",
                case.files()
            );
            let manifest = case.manifest();
            assert_eq!(manifest["totals"]["rows_read"], 0);
            assert_eq!(manifest["files"].as_array().map(Vec::len), Some(0));
            case.verify().succeeds();
        }
    }
}

#[test]
fn an_empty_or_all_null_first_table_gives_the_same_schema() {
    let nulls = Table::year("nulls").row([None, None, None, Some("k")]);
    let full = Table::year("full").row(["1", "2000-02-29", "1", "h"]);
    for system in System::ALL {
        let case = Case::with(system, &[Table::year("empty"), nulls.clone(), full.clone()]);
        let types = ["full", "empty,full", "nulls,full", "nulls"].map(|tables| {
            case.run()
                .args(["--tables", tables, "--key", "HASHIDV", "--force"])
                .succeeds();
            read(Reader::PyArrow, "parquet", &case.path("batches")).types
        });
        assert!(
            types.iter().all(|found| found == &types[0]),
            "{system:?}: {types:?}"
        );
        assert_eq!(
            types[0],
            ["string", "date32[day]", "string", "string"],
            "{system:?}"
        );
    }
}

/// The number of rows in each file, in the order of their names, according to the files themselves.
fn rows_of_files(case: &Case) -> Vec<usize> {
    let copy = case.path("one");
    let rows = |name: &String| {
        std::fs::create_dir_all(&copy).expect("a folder");
        std::fs::copy(case.path("batches").join(name), copy.join("one.parquet")).expect("a copy");
        read(Reader::PyArrow, "parquet", &copy).rows.len()
    };
    case.files().iter().map(rows).collect()
}
