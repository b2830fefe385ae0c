//! PostgreSQL's arrays as lists: each element is exact in every format, or the row is refused.

use crate::harness::{Case, Found, Reader, System, by_psycopg, read};

/// The formats, and readers that support lists of every type.
const FORMATS: [(&str, &[Reader]); 5] = [
    ("parquet", &[Reader::PyArrow, Reader::PandasOfArrow]),
    ("arrow", &[Reader::PyArrow, Reader::PandasOfArrow]),
    ("csv", &[Reader::Json]),
    ("ndjson", &[Reader::Json]),
    ("pickle", &[Reader::Pickle]),
];

/// Readers that support fewer types, and the types that they lack: see docs/formats.md.
const LIMITED: [(&str, Reader, &[&str]); 3] = [
    ("parquet", Reader::Polars, &["wide"]),
    ("parquet", Reader::DuckDb, &["wide", "instants"]),
    ("arrow", Reader::Polars, &["wide"]),
];

/// The extractors. The default is the native source.
const EXTRACTORS: [&str; 2] = ["auto", "connectorx"];

/// A column: its name and type, what psycopg is asked for, and two values.
type Array = (&'static str, &'static str, Ask, [&'static str; 2]);

/// How to get the value from a driver that knows only PostgreSQL's own types.
enum Ask {
    Plain,
    As(&'static str),
}

const TYPES: &str = r#"
    CREATE TYPE mood AS ENUM ('sad', 'so, {so}', '"great"');
    CREATE DOMAIN digit AS int CHECK (VALUE < 10);
    CREATE DOMAIN price AS numeric(8,2);
    CREATE DOMAIN many AS int[];
    CREATE DOMAIN many_digits AS digit[]"#;

#[rustfmt::skip] // one line per column
fn arrays() -> Vec<Array> {
    use Ask::{As, Plain};
    vec![
        ("truths", "bool[]", Plain, ["'{t,f,NULL}'", "'{f}'"]),
        ("small", "int2[]", Plain, ["'{-32768,32767,NULL}'", "'{1}'"]),
        ("whole", "int4[]", Plain, ["'{-2147483648,2147483647}'", "'{0,NULL}'"]),
        ("big", "int8[]", Plain, ["'{-9223372036854775808,9223372036854775807}'", "'{9007199254740992,9007199254740993,NULL}'"]),
        ("oids", "oid[]", Plain, ["'{0,4294967295}'", "'{NULL,1}'"]),
        ("single", "float4[]", Plain, ["'{0.25,-1.5,NaN,Infinity,-Infinity,-0}'", "'{65536,NULL,8388607.5}'"]),
        ("double", "float8[]", Plain, ["'{0.1,-1e300,5e-324,NaN,Infinity,-Infinity}'", "'{-0,NULL}'"]),
        ("exact", "numeric(20,3)[]", Plain, ["'{12345678901234567.890,-0.001,0}'", "'{NULL,1}'"]),
        ("wide", "numeric(60,20)[]", Plain, ["'{1234567890123456789012345678901234567890.12345678901234567890,-0.00000000000000000001}'", "'{NULL}'"]),
        ("loose", "numeric[]", As("text[]"), ["'{1.50,NaN,Infinity,-0.000000000000000000000000000001}'", "'{NULL,100}'"]),
        ("texts", "text[]", Plain, [r#"ARRAY['a,b', '{c}', 'say "hi"', E'back\\slash', E'line\nend\r\n\ttab', '', ' ', '🙂', NULL, 'NULL', 'null']"#, "ARRAY['plain']"]),
        ("varchars", "varchar(40)[]", Plain, ["'{žluťoučký,日本,NULL}'", "'{a}'"]),
        ("padded", "char(3)[]", Plain, ["'{a,abc,\"\",NULL}'", "'{b}'"]),
        ("names", "name[]", As("text[]"), ["'{a,B}'", "'{c,NULL}'"]),
        ("bytes", "bytea[]", Plain, [r"ARRAY['\x'::bytea, '\x00ff225c2c'::bytea, NULL]", r"ARRAY['\x61'::bytea]"]),
        ("days", "date[]", Plain, ["'{0001-01-01,9999-12-31,NULL}'", "'{2000-02-29}'"]),
        ("moments", "timestamp[]", Plain, ["'{0001-01-01 00:00:00,9999-12-31 23:59:59.999999,NULL}'", "'{2000-02-29 12:00:00.1}'"]),
        ("instants", "timestamptz[]", Plain, ["'{2024-03-31 01:30:00.5+02,1900-01-01 00:00:00Z,NULL}'", "'{1970-01-01 00:00:00Z}'"]),
        ("clocks", "time[]", Plain, ["'{00:00,23:59:59.999999,NULL}'", "'{12:00:01}'"]),
        ("spans", "interval[]", As("text[]"), ["'{1 year 2 days 03:04:05.6,-1 day,NULL}'", "'{0}'"]),
        ("uuids", "uuid[]", As("text[]"), ["'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}'", "'{00000000-0000-0000-0000-000000000000}'"]),
        ("documents", "json[]", As("text[]"), [r#"ARRAY['{"a": [1,  2], "b": "\"\\{}"}'::json, NULL]"#, "ARRAY['null'::json]"]),
        ("binary_documents", "jsonb[]", As("text[]"), [r#"ARRAY['{"a": [1,  2], "b": "\"\\{}"}'::jsonb, NULL]"#, "ARRAY['null'::jsonb]"]),
        ("moods", "mood[]", As("text[]"), [r#"ARRAY['so, {so}', '"great"', NULL]::mood[]"#, "'{sad}'"]),
        ("addresses", "inet[]", As("text[]"), ["'{192.168.0.1,10.0.0.0/8,::1,NULL}'", "'{0.0.0.0}'"]),
        ("ranges", "int4range[]", As("text[]"), [r#"'{"[1,5)","empty",NULL}'"#, r#"'{"(,7)"}'"#]),
        ("of_domain", "digit[]", As("int[]"), ["'{1,NULL,9}'", "'{-5}'"]),
        ("of_prices", "price[]", As("numeric(8,2)[]"), ["'{1.5,NULL,-999999.99}'", "'{0}'"]),
        ("domain", "many", As("int[]"), ["'{1,NULL,99}'", "'{-5}'"]),
        ("of_both", "many_digits", As("int[]"), ["'{1,NULL,9}'", "'{-5}'"]),
    ]
}

/// Five rows: two with values, one with NULL, one with empty arrays, one with arrays of NULL.
fn case_of_arrays(arrays: &[Array]) -> Case {
    let case = Case::on(System::Postgres);
    let columns = |part: &dyn Fn(&Array) -> String| {
        let parts: Vec<String> = arrays.iter().map(part).collect();
        parts.join(", ")
    };
    let insert = |id: i32, part: &dyn Fn(&Array) -> String| {
        format!("INSERT INTO t VALUES ({id}, {})", columns(part))
    };
    case.database.execute_all(&[
        TYPES.to_owned(),
        format!(
            "CREATE TABLE t (id int, {})",
            columns(&|(name, sql_type, ..)| format!("{name} {sql_type}"))
        ),
        insert(1, &|(.., values)| values[0].to_owned()),
        insert(2, &|(.., values)| values[1].to_owned()),
        insert(3, &|_| "NULL".to_owned()),
        insert(4, &|_| "'{}'".to_owned()),
        insert(5, &|_| "'{NULL}'".to_owned()),
    ]);
    case
}

/// What psycopg returns for the rows, in the form that readers of this format use.
fn oracle(case: &Case, arrays: &[&Array], format: &str) -> Found {
    let column = |(name, _, ask, _): &&Array| match ask {
        Ask::Plain => (*name).to_owned(),
        Ask::As(sql_type) => format!("{name}::{sql_type} AS {name}"),
    };
    let columns: Vec<String> = arrays.iter().map(column).collect();
    let query = format!("SELECT id, {} FROM t ORDER BY id", columns.join(", "));
    by_psycopg(&case.database.url(), &query, format)
}

#[track_caller]
fn same(found: &Found, expected: &Found, of: &str) {
    assert_eq!(found.columns, expected.columns, "{of}");
    for (index, name) in expected.columns.iter().enumerate() {
        let column = |rows: &[Vec<Option<String>>]| {
            rows.iter()
                .map(|row| row[index].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(column(&found.rows), column(&expected.rows), "{of}: {name}");
    }
}

#[test]
fn arrays_are_exact_lists_in_every_format() {
    let arrays = arrays();
    let case = case_of_arrays(&arrays);
    let all: Vec<_> = arrays.iter().collect();
    for (format, readers) in FORMATS {
        let expected = oracle(&case, &all, format);
        for extractor in EXTRACTORS {
            let job = ["--tables", "t", "--key", "id", "--batch-rows", "2"];
            let into = ["--format", format, "--force", "--extractor", extractor];
            case.run().args(job).args(into).succeeds();
            for reader in readers {
                let found = read(*reader, format, &case.path("batches"));
                same(
                    &found,
                    &expected,
                    &format!("{reader:?} of {format} by {extractor}"),
                );
            }
            case.verify().succeeds();
        }
    }
}

#[test]
fn readers_that_know_fewer_types_read_the_other_lists() {
    let arrays = arrays();
    let case = case_of_arrays(&arrays);
    for (format, reader, lacks) in LIMITED {
        let known: Vec<_> = arrays
            .iter()
            .filter(|(name, ..)| !lacks.contains(name))
            .collect();
        let names: Vec<_> = known.iter().map(|(name, ..)| *name).collect();
        let columns = format!("id,{}", names.join(","));
        let job = ["--tables", "t", "--key", "id", "--batch-rows", "2"];
        let into = ["--columns", &columns, "--format", format, "--force"];
        case.run().args(job).args(into).succeeds();
        let found = read(reader, format, &case.path("batches"));
        let expected = oracle(&case, &known, format);
        same(&found, &expected, &format!("{reader:?} of {format}"));
    }
}

#[test]
fn every_character_stays_itself_within_an_element() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id int, texts text[])",
        "INSERT INTO t SELECT i, ARRAY[chr(i), chr(i) || chr(i), 'a' || chr(i), chr(i) || 'a', '\"' || chr(i), \
         chr(92) || chr(i), chr(i) || chr(92), ',' || chr(i) || '}', NULL] FROM generate_series(1, 700) AS i",
    ]);
    let query = "SELECT id, texts FROM t ORDER BY id";
    for extractor in EXTRACTORS {
        for (format, reader) in [
            ("parquet", Reader::PyArrow),
            ("csv", Reader::Json),
            ("ndjson", Reader::Json),
        ] {
            let job = [
                "--tables", "t", "--key", "id", "--format", format, "--force",
            ];
            case.run()
                .args(job)
                .args(["--extractor", extractor])
                .succeeds();
            let found = read(reader, format, &case.path("batches"));
            let expected = by_psycopg(&case.database.url(), query, format);
            same(&found, &expected, &format!("{format} by {extractor}"));
        }
    }
}

#[test]
fn the_plan_names_what_the_elements_become() {
    let case = Case::on(System::Postgres);
    case.database
        .execute("CREATE TABLE t (id int, a numeric(10,2)[], b uuid[])");
    let job = ["--tables", "t", "--key", "id"];
    let source = ["--source", &case.database.url()];
    let plan = case.command().arg("plan").args(source).args(job);
    let plan = plan.succeeds();
    for name in ["List(Decimal128(10, 2))", "List(Utf8)"] {
        plan.check(plan.stdout.contains(name), name);
    }
    case.run().args(job).succeeds();
    let columns = &case.manifest()["columns"];
    assert_eq!(columns[1]["arrow_type"], "List(Decimal128(10, 2))");
    assert_eq!(columns[1]["sql_type"], "numeric(10,2)[]");
}

#[test]
fn arrays_that_are_no_lists_are_refused_with_their_row() {
    let values = [
        "'{{1,2},{3,4}}'",
        "'[0:1]={1,2}'",
        "'[2:2]={7}'",
        "'{{{1}}}'",
    ];
    for (value, extractor) in values
        .iter()
        .flat_map(|value| EXTRACTORS.map(|by| (value, by)))
    {
        let case = Case::on(System::Postgres);
        case.database.execute_all(&[
            "CREATE TABLE t (id int, value int[])",
            "INSERT INTO t VALUES (1, '{1}')",
            &format!("INSERT INTO t VALUES (2, {value})"),
        ]);
        let job = ["--tables", "t", "--key", "id", "--extractor", extractor];
        let ran = case.run().args(job).fails_with(4);
        ran.says("table t, row 2, column value")
            .says("List(Int32)")
            .says("several dimensions")
            .says("--where");
        assert!(case.entries().is_empty(), "{value}");
    }
}

#[test]
fn an_element_that_its_type_cannot_hold_refuses_the_row_that_is_written() {
    for (sql_type, value) in [
        ("numeric(10,2)[]", "'{1,NaN}'"),
        ("time[]", "'{00:00,24:00:00}'"),
        ("date[]", "'{infinity}'"),
        ("timestamptz[]", "'{2000-01-01,-infinity}'"),
    ] {
        let case = Case::on(System::Postgres);
        case.database.execute_all(&[
            &format!("CREATE TABLE t (id int, value {sql_type})"),
            "INSERT INTO t VALUES (1, NULL)",
            &format!("INSERT INTO t VALUES (1, {value})"),
        ]);
        let run = |extractor| {
            let job = ["--tables", "t", "--key", "id", "--force"];
            case.run().args(job).args(["--extractor", extractor])
        };
        for extractor in EXTRACTORS {
            run(extractor).succeeds();
        }
        let bad = format!("INSERT INTO t VALUES (2, {value})");
        case.database.execute(&bad);
        for extractor in EXTRACTORS {
            let ran = run(extractor).fails_with(4);
            ran.says("row 3, column value").never_says("panicked");
        }
    }
}

#[test]
fn an_infinite_date_within_a_list_is_null_where_the_job_wants_it_so() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id int, days date[] NOT NULL, moments timestamp[])",
        "INSERT INTO t VALUES (1, '{infinity,2000-01-01}', '{-infinity}')",
    ]);
    let job = ["--tables", "t", "--key", "id", "--force"];
    case.run()
        .args(job)
        .fails_with(4)
        .says("column days")
        .says("--invalid-dates null");
    let cell = |text: &str| Some(text.to_owned());
    let row = [
        cell("i:1"),
        cell(r#"l:[null, "d:2000-01-01"]"#),
        cell("l:[null]"),
    ];
    for extractor in EXTRACTORS {
        let null = ["--invalid-dates", "null", "--extractor", extractor];
        case.run().args(job).args(null).succeeds();
        assert_eq!(case.rows(), std::slice::from_ref(&row), "{extractor}");
    }
    case.database
        .execute("INSERT INTO t VALUES (2, '{{2000-01-01}}', NULL)");
    let nested = case.run().args(job).args(["--invalid-dates", "null"]);
    nested.fails_with(4).says("row 2, column days");
}

#[test]
fn arrays_make_no_key_and_arrays_of_no_image_no_column() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TYPE pair AS (a int, b int)",
        "CREATE TABLE t (id int, value int[], points point[], pairs pair[], boxes box[], vector int2vector)",
    ]);
    let refused = |args: &[&str]| case.run().args(["--tables", "t"]).args(args).fails_with(4);
    refused(&["--key", "value", "--columns", "value"])
        .says("the key column value is integer[], but arrays can't be keys")
        .says("CAST(\"value\" AS text)");
    refused(&["--key", "id,value", "--columns", "id,value"]).says("arrays can't be keys");
    for column in ["points", "pairs", "boxes", "vector"] {
        let columns = format!("id,{column}");
        refused(&["--key", "id", "--columns", &columns])
            .says(&format!("column {column}"))
            .says("CAST");
    }
    assert!(case.entries().is_empty());
}

#[test]
fn lists_of_other_elements_do_not_fit_each_other() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t1 (id int, value int[])",
        "CREATE TABLE t2 (id int, value bigint[])",
        "CREATE TABLE t3 (id int, value int)",
    ]);
    let job = ["--tables", "t1,t2", "--key", "id"];
    let ran = case.run().args(job).fails_with(4);
    ran.says("bigint[] (List(Int64)) doesn't match the type integer[] (List(Int32))");
    case.run()
        .args(["--tables", "t1,t3", "--key", "id"])
        .fails_with(4)
        .says("t3");
}

#[test]
fn tables_without_any_element_give_lists_all_the_same() {
    let case = Case::on(System::Postgres);
    case.database
        .execute("CREATE TABLE t (id int, texts text[], days date[])");
    let job = ["--tables", "t", "--key", "id", "--force"];
    case.run().args(job).succeeds();
    assert_eq!(case.files(), [""; 0]);
    case.verify().succeeds();
    case.database
        .execute("INSERT INTO t VALUES (1, '{}', NULL), (2, '{}', NULL)");
    for (format, reader) in [
        ("parquet", Reader::PyArrow),
        ("arrow", Reader::Polars),
        ("pickle", Reader::Pickle),
    ] {
        case.run().args(job).args(["--format", format]).succeeds();
        case.verify().succeeds();
        let found = read(reader, format, &case.path("batches")).rows;
        let row = |id: &str| [Some(id.to_owned()), Some("l:[]".to_owned()), None];
        assert_eq!(found, [row("i:1"), row("i:2")], "{format}");
    }
}

#[test]
fn lists_are_the_same_bytes_for_any_number_of_workers() {
    let case = Case::on(System::Postgres);
    for table in 0..4 {
        case.database.execute_all(&[
            format!("CREATE TABLE t{table} (id int, texts text[], numbers float8[])"),
            format!(
                "INSERT INTO t{table} SELECT i * ({table} + 1) % 2000, \
                 ARRAY(SELECT 't{table} ' || nullif(n, 2) FROM generate_series(1, i % 5) AS n), \
                 ARRAY(SELECT n / 7.0 FROM generate_series(1, i % 3) AS n) FROM generate_series(1, 1500) AS i"
            ),
        ]);
    }
    for format in ["parquet", "arrow", "csv", "ndjson", "pickle"] {
        let mut expected = None;
        for args in [
            &["--workers", "1"][..],
            &["--workers", "4"],
            &["--workers", "3", "--exact"],
        ] {
            let job = [
                "--tables",
                "t0..t3",
                "--key",
                "id",
                "--batch-rows",
                "700",
                "--force",
            ];
            case.run()
                .args(job)
                .args(["--format", format])
                .args(args)
                .succeeds();
            let files = case.manifest()["files"].clone();
            assert_eq!(
                files,
                *expected.get_or_insert(files.clone()),
                "{format} {args:?}"
            );
        }
    }
}
