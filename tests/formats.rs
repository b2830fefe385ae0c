//! Readers that share no code with the writers find the same values in every format, from every database.

use crate::harness::{Case, Reader, Row, System, Table, Value, read, told};

/// The formats, and the readers that read each as typed values.
const FORMATS: [(&str, &[Reader]); 5] = [
    (
        "parquet",
        &[
            Reader::PyArrow,
            Reader::Polars,
            Reader::Pandas,
            Reader::DuckDb,
        ],
    ),
    ("arrow", &[Reader::PyArrow, Reader::Polars, Reader::Pandas]),
    ("csv", &[Reader::Text]),
    ("ndjson", &[Reader::Text]),
    ("pickle", &[Reader::Pickle]),
];

#[test]
fn the_articles_tables_read_the_same_in_every_format_from_sqlite() {
    article_in_every_format(System::Sqlite);
}

#[test]
fn the_articles_tables_read_the_same_in_every_format_from_mariadb() {
    article_in_every_format(System::MariaDb);
}

#[test]
fn the_articles_tables_read_the_same_in_every_format_from_postgresql() {
    article_in_every_format(System::Postgres);
}

#[test]
fn compressed_files_say_the_same() {
    let table = Table::notes("t").ids(1..=25);
    let case = Case::with(System::Sqlite, std::slice::from_ref(&table));
    let compressions: [(&str, &[&str]); 4] = [
        ("parquet", &["none", "snappy", "lz4", "zstd", "zstd:19"]),
        ("arrow", &["none", "lz4", "zstd"]),
        ("csv", &["none", "gzip", "zstd"]),
        ("ndjson", &["none", "gzip", "zstd:3"]),
    ];
    for (format, compressions) in compressions {
        for compression in compressions {
            run_into(
                &case,
                "t",
                format,
                &["--compression", compression, "--batch-rows", "10"],
            );
            let reader = if matches!(format, "csv" | "ndjson") {
                Reader::Text
            } else {
                Reader::PyArrow
            };
            let found = read(reader, format, &case.path(format)).rows;
            assert_eq!(found, told(&table.rows, format), "{format} {compression}");
        }
    }
}

#[test]
fn what_a_format_cannot_do_is_refused() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    for (format, compression) in [
        ("csv", "snappy"),
        ("arrow", "gzip"),
        ("pickle", "zstd"),
        ("parquet", "zstd:99"),
    ] {
        let job = [
            "--tables",
            "t",
            "--key",
            "id",
            "--format",
            format,
            "--compression",
            compression,
        ];
        case.run().args(job).fails_with(2).says("--compression");
    }
    assert_eq!(case.entries(), ["source.sqlite"]);
}

fn article_in_every_format(system: System) {
    let tables = [
        Table::year("ID2000")
            .row(person(1, "1970-10-10", "1"))
            .row(person(2, "1900-02-28", "2")),
        Table::year("ID2001"),
        Table::year("ID2002")
            .row(person(2, "2000-02-29", "1"))
            .row([Value::Null, Value::Null, Value::Null, hash(3)]),
    ];
    let case = Case::with(system, &tables);
    let kept = [tables[0].rows.clone(), tables[2].rows[1..].to_vec()].concat();
    for (format, readers) in FORMATS {
        let ran = run_into(
            &case,
            "ID2000..ID2002",
            format,
            &["--key", "HASHIDV", "--batch-rows", "2"],
        );
        for reader in readers {
            let found = read(*reader, format, &case.path(format));
            ran.check(
                found.columns == ["ID", "ID_BIRTHDAY", "ID_SEX", "HASHIDV"],
                format!("{:?}", found.columns),
            );
            ran.check(
                found.rows == told(&kept, format),
                format!("{reader:?} of {format}: {:?}", found.rows),
            );
        }
    }
}

fn person(number: u32, birthday: &str, sex: &str) -> Row {
    vec![
        Value::Text(format!("{number:032}")),
        Value::date(birthday),
        sex.into(),
        hash(number),
    ]
}

fn hash(number: u32) -> Value {
    Value::Text(format!("{number:032x}"))
}

/// Runs a job whose output folder is named after the format.
fn run_into(case: &Case, tables: &str, format: &str, args: &[&str]) -> crate::harness::Ran {
    let key = if args.contains(&"--key") {
        &[][..]
    } else {
        &["--key", "id"]
    };
    let job = [
        "--tables", tables, "--format", format, "--out", format, "--force",
    ];
    case.run().args(job).args(key).args(args).succeeds()
}
