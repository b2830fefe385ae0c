//! Every format of every database says the same values to readers that share no code with the writers.

use crate::harness::{Case, Reader, Row, System, Table, Type, Value, read, typed};

/// Formats, and who reads each as typed values.
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
fn every_type_is_exact_in_every_format_from_sqlite() {
    types_in_every_format(System::Sqlite);
}

#[test]
fn every_type_is_exact_in_every_format_from_mariadb() {
    types_in_every_format(System::MariaDb);
}

#[test]
fn every_type_is_exact_in_every_format_from_postgresql() {
    types_in_every_format(System::Postgres);
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
            assert_eq!(
                found,
                expected(&table.rows, format),
                "{format} {compression}"
            );
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
                found.rows == expected(&kept, format),
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

fn types_in_every_format(system: System) {
    let table = types_table(system);
    let case = Case::with(system, std::slice::from_ref(&table));
    for (format, readers) in FORMATS {
        let ran = run_into(&case, "kinds", format, &["--key", "id"]);
        let expected = expected(&table.rows, format);
        // The first reader knows every type; others have no decimals of 65 digits.
        let found = read(readers[0], format, &case.path(format));
        for (row, expected) in found.rows.iter().zip(&expected) {
            for (cell, (name, _)) in table.columns.iter().enumerate() {
                let (found, expected) = (&row[cell], &expected[cell]);
                ran.check(
                    found == expected,
                    format!("{format} {name}: expected {expected:?}, found {found:?}"),
                );
            }
        }
        ran.check(
            found.rows.len() == expected.len(),
            format!("{} rows", found.rows.len()),
        );
    }
}

/// The columns that the database has, with their least and greatest values, awkward ones, and nulls.
fn types_table(system: System) -> Table {
    let columns = all_columns();
    let columns: Vec<_> = columns
        .iter()
        .filter(|(_, kind, _)| kind.sql(system).is_some())
        .collect();
    let names: Vec<(&str, Type)> = columns
        .iter()
        .map(|(name, kind, _)| (*name, *kind))
        .collect();
    let row = |row: usize| {
        columns
            .iter()
            .map(|(_, _, values)| values[row].clone())
            .collect()
    };
    Table::new("kinds", &names).rows((0..4).map(row))
}

#[rustfmt::skip] // one line a column
fn all_columns() -> Vec<(&'static str, Type, [Value; 4])> {
    use Value::{Bool, Bytes, Decimal, Float, Int, Null, UInt};
    let decimal = |digits: &str| Decimal(digits.to_owned());
    let moment = |text: &str| Value::Timestamp(text.to_owned());
    let instant = |text: &str| Value::Instant(text.to_owned());
    let time = |text: &str, secs: i64| Value::Time(text.to_owned(), secs * 1_000_000);
    vec![
        ("id", Type::Int, [Int(1), Int(2), Int(3), Int(4)]),
        ("small", Type::SmallInt, [Int(-32_768), Int(32_767), Int(0), Null]),
        ("whole", Type::Int, [Int(-2_147_483_648), Int(2_147_483_647), Int(0), Null]),
        ("big", Type::BigInt, [Int(i64::MIN), Int(i64::MAX), Int((1 << 53) + 1), Null]),
        ("unsigned", Type::UnsignedBigInt, [UInt(u64::MAX), UInt(1 << 63), UInt((1 << 53) + 1), Null]),
        ("single", Type::Real, [Float(0.25), Float(-1.5), Float(65_536.0), Null]),
        ("double", Type::Double, [Float(0.1), Float(-1e300), Float(5.0), Null]),
        ("money", Type::Decimal(20, 2), [decimal("123456789012345678.90"), decimal("-0.05"), decimal("0.00"), Null]),
        ("wide", Type::Decimal(65, 30), [
            decimal(&format!("{}.{}", "9".repeat(35), "9".repeat(30))),
            decimal(&format!("-0.{}1", "0".repeat(29))),
            decimal(&format!("0.{}", "0".repeat(30))),
            Null,
        ]),
        ("text", Type::Varchar(200), ["".into(), "a,b \"c\" 'd'\n\ttab \\ `e`; \r\n".into(), "žluťoučký 日本 🙂".into(), Null]),
        ("letter", Type::Char(1), ["x".into(), "é".into(), "日".into(), Null]),
        ("day", Type::Date, [Value::date("1000-01-01"), Value::date("9999-12-31"), Value::date("2000-02-29"), Null]),
        ("moment", Type::Timestamp, [
            moment("1000-01-01T00:00:00.000001"), moment("9999-12-31T23:59:59.999999"), moment("2000-02-29T12:00:00.100000"), Null,
        ]),
        ("instant", Type::Instant, [
            instant("1970-01-01T00:00:01.000001"), instant("2038-01-19T03:14:07.999999"), instant("2024-03-31T01:30:00.500000"), Null,
        ]),
        ("clock", Type::Time, [time("00:00:00", 0), time("23:59:59", 86_399), time("12:00:01", 43_201), Null]),
        ("bytes", Type::Bytes, [Bytes(vec![]), Bytes((0..=255).collect()), Bytes(b"x,\"\n".to_vec()), Null]),
        ("truth", Type::Bool, [Bool(true), Bool(false), Bool(true), Null]),
    ]
}

/// Runs a job whose folder has the format's name.
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

fn expected(rows: &[Row], format: &str) -> Vec<Vec<Option<String>>> {
    let tell: fn(&Value) -> Option<String> = match format {
        "csv" => Value::csv,
        "ndjson" => Value::ndjson,
        _ => return typed(rows),
    };
    rows.iter()
        .map(|row| row.iter().map(tell).collect())
        .collect()
}
