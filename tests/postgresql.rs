//! PostgreSQL's two extractors produce the same files, whatever the types of columns and keys.

use crate::harness::{Case, Reader, System, Table, postgres, read};
use serde_json::Value as Json;

/// A column's type, and values for it. NULL is added.
const COLUMNS: &[(&str, &[&str])] = &[
    ("boolean", &["true", "false"]),
    ("smallint", &["-32768", "32767", "0"]),
    ("integer", &["-2147483648", "2147483647", "0"]),
    (
        "bigint",
        &["-9223372036854775808", "9223372036854775807", "0"],
    ),
    ("oid", &["0", "4294967295"]),
    ("real", &["'NaN'", "'-Infinity'", "1e-45", "-0.0"]),
    (
        "double precision",
        &["'NaN'", "'Infinity'", "5e-324", "-0.0"],
    ),
    (
        "numeric(10,2)",
        &["99999999.99", "-0.01", "-0.00", "100", "10000"],
    ),
    (
        "numeric(38,38)",
        &[
            "0.00000000000000000000000000000000000001",
            "-0.99999999999999999999999999999999999999",
        ],
    ),
    ("numeric(76,3)", &["-1e72", "1e-3", "10000.001", "99990000"]),
    ("numeric(2,5)", &["0.00099", "-0.00001"]),
    ("numeric", &["1.50", "1.5", "'NaN'", "1e100", "1e-100"]),
    ("text", &["''", "'žluťoučký 日本 🙂'", "E'a\\tb\\nc'"]),
    ("varchar(9)", &["'x'", "'x '"]),
    ("char(5)", &["'x'", "''"]),
    ("name", &["'x'"]),
    ("\"char\"", &["'x'", "'\\303'"]),
    ("bytea", &["''", "'\\x00ff5c'"]),
    (
        "date",
        &[
            "'4714-11-24 BC'",
            "'0001-12-31 BC'",
            "'1999-12-31'",
            "'2000-01-01'",
            "'9999-12-31'",
        ],
    ),
    (
        "timestamp",
        &[
            "'4714-11-24 BC'",
            "'1969-12-31 23:59:59.999999'",
            "'2000-01-01'",
            "'262141-12-31 23:59:59'",
        ],
    ),
    (
        "timestamptz",
        &[
            "'1969-12-31 23:59:59.999999+05'",
            "'2024-03-31 01:30:00.5 UTC'",
        ],
    ),
    ("time", &["'00:00'", "'23:59:59.999999'"]),
    ("timetz", &["'12:00+05:30'"]),
    ("interval", &["'1 year 2 mons -3 days 04:05:06.7'", "'0'"]),
    (
        "uuid",
        &[
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ],
    ),
    ("json", &["'{ \"b\" : 1.0, \"a\":null }'", "'[]'"]),
    ("jsonb", &["'{ \"b\" : 1.0, \"a\":null }'", "'3'"]),
    ("xml", &["'<a>ä</a>'"]),
    ("inet", &["'10.0.0.1/8'", "'::1'"]),
    ("macaddr", &["'08:00:2b:01:02:03'"]),
    ("bit varying", &["B'101'", "B''"]),
    ("int4range", &["'[1,5)'", "'empty'"]),
    ("mood", &["'fine'", "'so so'"]),
    ("small_money", &["1.5", "-2"]),
];

#[test]
fn both_extractors_of_postgresql_give_the_same_files_of_every_type() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TYPE mood AS ENUM ('fine', 'so so')",
        "CREATE DOMAIN small_money AS numeric(6,2)",
        &format!(
            "CREATE TABLE t (id integer, {})",
            list(|column, (kind, _)| format!("c{column} {kind}"))
        ),
    ]);
    for row in 0..6 {
        let value =
            |_, (_, values): (&str, &[&str])| (*values.get(row).unwrap_or(&"NULL")).to_owned();
        case.database
            .execute(&format!("INSERT INTO t VALUES ({row}, {})", list(value)));
    }
    let files = |extractor: &str| files(&case, extractor, &["--tables", "t", "--key", "id"]);
    assert_eq!(files("wire"), files("connectorx"));
}

#[test]
fn a_key_of_any_type_is_the_same_key_for_both_extractors() {
    let case = Case::on(System::Postgres);
    case.database
        .execute("CREATE TYPE mood AS ENUM ('fine', 'so so')");
    case.database
        .execute("CREATE DOMAIN small_money AS numeric(6,2)");
    for (kind, values) in COLUMNS {
        if ["real", "double precision"].contains(kind) {
            continue; // floating-point keys are refused
        }
        case.database.execute_all(&[
            "DROP TABLE IF EXISTS t1, t2",
            &format!("CREATE TABLE t1 (id integer, k {kind})"),
            &format!("CREATE TABLE t2 (id integer, k {kind})"),
        ]);
        for table in ["t2", "t1", "t2"] {
            let rows: Vec<String> = values
                .iter()
                .enumerate()
                .map(|(id, value)| format!("({id}, {value})"))
                .collect();
            case.database.execute(&format!(
                "INSERT INTO {table} VALUES (77, NULL), {}",
                rows.join(", ")
            ));
        }
        let job = [
            "--tables",
            "t1,t2",
            "--key",
            "k",
            "--null-keys",
            "keep",
            "--workers",
            "1",
        ];
        let wire = files(&case, "wire", &job);
        let manifest = case.manifest();
        assert_eq!(wire, files(&case, "connectorx", &job), "{kind}");
        // Every value appears once, and so does every NULL.
        assert_eq!(manifest["totals"]["new"], values.len() + 3, "{kind}");
        let drops = |count: &str| manifest["tables"][1][count].as_u64();
        assert_eq!(
            drops("unique_drops"),
            Some(0),
            "{kind}: the filter compares their bytes"
        );
    }
}

#[test]
fn a_value_that_does_not_fit_is_the_same_fault_for_both_extractors() {
    for (kind, value) in [
        ("date", "'infinity'"),
        ("timestamptz", "'-infinity'"),
        ("numeric(9,2)", "'NaN'"),
        ("time", "'24:00'"),
    ] {
        let case = Case::on(System::Postgres);
        case.database.execute_all(&[
            &format!("CREATE TABLE t (id integer, value {kind})"),
            &format!("INSERT INTO t VALUES (1, NULL), (2, {value})"),
        ]);
        for extractor in ["wire", "connectorx"] {
            let job = ["--tables", "t", "--key", "id", "--extractor", extractor];
            let ran = case.run().args(job).fails_with(4);
            ran.says("table t, row 2, column value")
                .never_says("panicked");
        }
    }
}

#[test]
fn a_date_beyond_what_the_stock_source_knows_is_exact() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id integer, value date)",
        "INSERT INTO t VALUES (1, '5874897-12-31')",
    ]);
    case.run()
        .args(["--tables", "t", "--key", "id", "--format", "csv"])
        .succeeds();
    let rows = read(Reader::Text, "csv", &case.path("batches")).rows;
    assert_eq!(rows[0][1].as_deref(), Some("s:+5874897-12-31"));
}

#[test]
fn rows_and_cells_of_any_length_are_read_whole() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id integer, a text, b bytea)",
        "INSERT INTO t SELECT i, repeat('x', i * 37 % 9000), decode(repeat('00ff', i % 50), 'hex') FROM generate_series(1, 3000) i",
        "INSERT INTO t SELECT i, repeat('y', 7000000), '' FROM generate_series(3001, 3003) i",
    ]);
    let job = ["--tables", "t", "--key", "id"];
    assert_eq!(files(&case, "wire", &job), files(&case, "connectorx", &job));
    assert_eq!(case.manifest()["totals"]["new"], 3003);
}

#[test]
fn a_table_of_many_columns_and_one_of_no_rows_are_read() {
    let case = Case::on(System::Postgres);
    let columns: Vec<String> = (0..1000)
        .map(|column| format!("c{column} integer"))
        .collect();
    case.database.execute_all(&[
        format!("CREATE TABLE wide (id integer, {})", columns.join(", ")),
        "INSERT INTO wide (id, c999) SELECT i, i FROM generate_series(1, 700) i".to_owned(),
        "CREATE TABLE none (id integer)".to_owned(),
    ]);
    for (table, rows) in [("wide", 700), ("none", 0)] {
        let job = ["--tables", table, "--key", "id"];
        assert_eq!(files(&case, "wire", &job), files(&case, "connectorx", &job));
        assert_eq!(case.manifest()["totals"]["new"], rows);
    }
}

#[test]
fn a_comment_at_the_end_of_a_filter_ends_with_it() {
    let case = Case::with(System::Postgres, &[Table::notes("t").ids(1..=9)]);
    let job = [
        "--tables",
        "t",
        "--key",
        "id",
        "--where",
        "id > 4 -- and id < 6",
    ];
    case.run().args(job).succeeds();
    assert_eq!(case.notes().len(), 5);
}

fn list(text: impl Fn(usize, (&'static str, &'static [&'static str])) -> String) -> String {
    let columns = COLUMNS.iter().enumerate();
    let list: Vec<String> = columns.map(|(column, kind)| text(column, *kind)).collect();
    list.join(", ")
}

/// The files of a job with their checksums.
fn files(case: &Case, extractor: &str, job: &[&str]) -> Json {
    case.run()
        .args(job)
        .args(["--extractor", extractor, "--force"])
        .succeeds();
    let manifest = case.manifest();
    assert_eq!(manifest["job"]["extractor"], extractor);
    manifest["files"].clone()
}

#[test]
fn text_of_a_database_in_another_encoding_is_exact_and_bytes_of_none_are_refused() {
    for (encoding, literal, expected) in [
        ("LATIN1", "'äÿ'", Some("äÿ")),
        ("WIN1252", "'€uro'", Some("€uro")),
        ("EUC_JP", "'日本'", Some("日本")),
        // Without any encoding: the bytes that a client sent.
        (
            "SQL_ASCII",
            r"convert_from('\xc3a4', 'SQL_ASCII')",
            Some("ä"),
        ),
        ("SQL_ASCII", r"convert_from('\xe4', 'SQL_ASCII')", None),
    ] {
        let case = Case::on(System::Postgres);
        let name = format!("{}_encoded", case.database.name());
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
        );
        postgres()
            .connect_to("postgres")
            .batch_execute(&create)
            .expect("a database");
        let table = format!("CREATE TABLE t AS SELECT 1 AS id, {literal}::varchar(9) AS note");
        postgres()
            .connect_to(&name)
            .batch_execute(&table)
            .unwrap_or_else(|cause| panic!("{encoding}: {cause:?}"));
        let source = postgres().url(&name);
        for extractor in ["wire", "connectorx"] {
            let job = [
                "--tables",
                "t",
                "--key",
                "id",
                "--force",
                "--extractor",
                extractor,
            ];
            let job = case.command().args(["run", "--source", &source]).args(job);
            match expected {
                Some(text) => {
                    job.succeeds();
                    assert_eq!(case.notes(), [text], "{encoding}");
                }
                None => {
                    job.fails_with(4).says("table t").says("isn't valid UTF-8");
                }
            }
        }
    }
}
