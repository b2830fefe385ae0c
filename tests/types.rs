//! Every type of every database is exact in every format, from its least value to its greatest.

use crate::harness::{Case, Reader, System, Table, Type, Value, read, told};

/// Formats, and a reader that knows every type; others have no decimals of 65 digits.
const FORMATS: [(&str, Reader); 5] = [
    ("parquet", Reader::PyArrow),
    ("arrow", Reader::PyArrow),
    ("csv", Reader::Text),
    ("ndjson", Reader::Text),
    ("pickle", Reader::Pickle),
];

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

fn types_in_every_format(system: System) {
    let table = types_table(system);
    let case = Case::with(system, std::slice::from_ref(&table));
    for (format, reader) in FORMATS {
        let job = [
            "--tables", "kinds", "--key", "id", "--format", format, "--force",
        ];
        let ran = case.run().args(job).succeeds();
        let found = read(reader, format, &case.path("batches")).rows;
        let expected = told(&table.rows, format);
        for (cell, (name, _)) in table.columns.iter().enumerate() {
            let column = |rows: &[Vec<Option<String>>]| {
                rows.iter().map(|row| row[cell].clone()).collect::<Vec<_>>()
            };
            let (found, expected) = (column(&found), column(&expected));
            ran.check(
                found == expected,
                format!("{format} {name}: expected {expected:?}\nfound {found:?}"),
            );
        }
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
