//! `--numeric P,S`: PostgreSQL's numeric without precision is read as an exact decimal, or refused.

use crate::harness::{Case, Reader, System, read};

/// A case with one table `t`, which has the columns `id` and `value`.
fn case(sql_type: &str, values: &[&str]) -> Case {
    let case = Case::on(System::Postgres);
    case.database
        .execute(&format!("CREATE TABLE t (id int, value {sql_type})"));
    for (row, value) in values.iter().enumerate() {
        let insert = format!("INSERT INTO t VALUES ({}, {value})", row + 1);
        case.database.execute(&insert);
    }
    case
}

fn cells(case: &Case, format: &str, reader: Reader) -> Vec<Option<String>> {
    let rows = read(reader, format, &case.path("batches")).rows;
    rows.into_iter().map(|row| row[1].clone()).collect()
}

fn told(values: &[&str]) -> Vec<Option<String>> {
    let cell = |value: &&str| (*value != "NULL").then(|| (*value).to_owned());
    values.iter().map(cell).collect()
}

/// The extractors. The default is the native source.
const EXTRACTORS: [&str; 2] = ["auto", "connectorx"];

const JOB: [&str; 5] = ["--tables", "t", "--key", "id", "--force"];

#[test]
fn a_numeric_without_precision_is_the_decimal_that_the_job_names() {
    let case = case(
        "numeric",
        &["1", "1.10", "-99999999.99", "1.100000", "NULL", "0.0"],
    );
    let values = [
        "n:1.00",
        "n:1.10",
        "n:-99999999.99",
        "n:1.10",
        "NULL",
        "n:0.00",
    ];
    for (format, reader) in [
        ("parquet", Reader::PyArrow),
        ("pickle", Reader::Pickle),
        ("arrow", Reader::Polars),
    ] {
        case.run()
            .args(JOB)
            .args(["--numeric", "10,2", "--format", format])
            .succeeds();
        assert_eq!(cells(&case, format, reader), told(&values), "{format}");
        case.verify().succeeds();
    }
    assert_eq!(
        case.manifest()["columns"][1]["arrow_type"],
        "Decimal128(10, 2)"
    );
    case.run().args(JOB).succeeds();
    let as_text = [
        "s:1",
        "s:1.10",
        "s:-99999999.99",
        "s:1.100000",
        "NULL",
        "s:0.0",
    ];
    assert_eq!(cells(&case, "parquet", Reader::PyArrow), told(&as_text));
}

#[test]
fn up_to_76_digits_are_kept_also_in_lists() {
    let digits = format!("{0}.{0}", "9".repeat(38));
    let list = format!("'{{{digits},NULL,-0.5}}'");
    let case = case("numeric[]", &[&list]);
    let half = format!("-0.5{}", "0".repeat(37));
    let expected = format!(r#"l:["n:{digits}", null, "n:{half}"]"#);
    for extractor in EXTRACTORS {
        let job = case.run().args(JOB);
        let wide = ["--numeric", "76,38", "--extractor", extractor];
        job.args(wide).succeeds();
        let found = cells(&case, "parquet", Reader::PyArrow);
        assert_eq!(found, told(&[&expected]), "{extractor}");
    }
    assert_eq!(
        case.manifest()["columns"][1]["arrow_type"],
        "List(Decimal256(76, 38))"
    );
}

#[test]
fn what_would_be_rounded_is_refused_with_its_row() {
    for extractor in EXTRACTORS {
        for value in ["0.001", "100000000", "'NaN'", "'Infinity'", "'-Infinity'"] {
            let case = case("numeric", &["1", value]);
            let run = || {
                let job = case.run().args(JOB);
                job.args(["--numeric", "10,2", "--extractor", extractor])
            };
            run()
                .fails_with(4)
                .says("the value can't be represented exactly as Decimal128(10, 2)")
                .says("table t, row 2, column value")
                .says("nothing is rounded");
            case.database.execute("UPDATE t SET id = 1");
            run().succeeds();
            let kept = cells(&case, "parquet", Reader::PyArrow);
            assert_eq!(kept, told(&["n:1.00"]), "{value} by {extractor}");
        }
        let list = case("numeric[]", &["'{1}'", "'{1,0.001}'"]);
        let job = list.run().args(JOB);
        job.args(["--numeric", "10,2", "--extractor", extractor])
            .fails_with(4)
            .says("the value can't be represented exactly as List(Decimal128(10, 2))")
            .says("row 2, column value");
    }
}

#[test]
fn keys_compare_as_the_decimals_that_they_become() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t0 (value numeric, note text)",
        "CREATE TABLE t1 (value numeric, note text)",
        "CREATE TABLE t2 (value numeric(10,2), note text)",
        "INSERT INTO t0 VALUES (1.0, 'first'), (1, 'again'), (2.50, 'second')",
        "INSERT INTO t1 VALUES (1.00, 'again'), (2.5, 'again'), (100, 'third'), (0.00, 'fourth')",
        "INSERT INTO t2 VALUES (100, 'again'), (1, 'again'), (0, 'again'), (-1, 'fifth')",
    ]);
    let job = [
        "--tables",
        "t0..t2",
        "--key",
        "value",
        "--numeric",
        "10,2",
        "--force",
    ];
    for args in [
        &["--workers", "1"][..],
        &["--workers", "3"],
        &["--exact"],
        &["--extractor", "connectorx"],
        &["--extractor", "connectorx", "--exact"],
    ] {
        case.run().args(job).args(args).succeeds();
        let notes = ["s:first", "s:second", "s:third", "s:fourth", "s:fifth"];
        assert_eq!(
            cells(&case, "parquet", Reader::PyArrow),
            told(&notes),
            "{args:?}"
        );
        case.verify().succeeds();
        let totals = &case.manifest()["totals"];
        assert_eq!(
            (&totals["new"], &totals["duplicates"]),
            (&5.into(), &6.into())
        );
    }
    let ran = case.run().args(&job[..4]).args(["--force"]).fails_with(4);
    ran.says("table t2, column value");
    case.run()
        .args(["--tables", "t0,t1", "--key", "value", "--force"])
        .succeeds();
    assert_eq!(
        case.rows().len(),
        7,
        "as text, every spelling is a separate key"
    );
}

#[test]
fn a_key_of_several_columns_compares_its_decimals_too() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (a numeric, b text)",
        "INSERT INTO t VALUES (1.0, 'x'), (1.00, 'x'), (1, 'y'), (1.000, 'y')",
    ]);
    let job = ["--tables", "t", "--key", "a,b", "--numeric", "10,2"];
    case.run().args(job).succeeds();
    let row = |b: &str| vec![Some("n:1.00".to_owned()), Some(b.to_owned())];
    assert_eq!(case.rows(), [row("s:x"), row("s:y")]);
}

#[test]
fn a_duplicate_in_another_spelling_may_hold_what_does_not_fit() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t1 (value numeric, list int[])",
        "CREATE TABLE t2 (value numeric, list int[])",
        "INSERT INTO t1 VALUES (1.0, '{1}'), (1.00, '{{1}}'), (1, '{{1}}')",
        "INSERT INTO t2 VALUES (1.000, '{{1}}'), (2, '{2}')",
    ]);
    for extractor in EXTRACTORS {
        for args in [&[][..], &["--exact"]] {
            let job = [
                "--tables",
                "t1,t2",
                "--key",
                "value",
                "--numeric",
                "10,2",
                "--force",
            ];
            let by = ["--extractor", extractor];
            case.run().args(job).args(by).args(args).succeeds();
            assert_eq!(
                cells(&case, "parquet", Reader::PyArrow),
                told(&["l:[\"i:1\"]", "l:[\"i:2\"]"])
            );
        }
    }
}

#[test]
fn a_key_that_is_no_such_decimal_is_refused() {
    let case = case("numeric", &["1", "'NaN'"]);
    let job = ["--tables", "t", "--key", "value", "--numeric", "10,2"];
    case.run()
        .args(job)
        .fails_with(4)
        .says("row 2, column value");
}

#[test]
fn a_precision_that_is_none_and_another_database_are_usage_errors() {
    let postgres = case("numeric", &["1"]);
    for numeric in ["10", "0,0", "77,2", "10,11", "10;2", ""] {
        let ran = postgres
            .run()
            .args(JOB)
            .args(["--numeric", numeric])
            .fails_with(2);
        ran.says("--numeric").says("38,10");
    }
    for system in [System::Sqlite, System::MariaDb] {
        let case = Case::on(system);
        case.database.execute("CREATE TABLE t (id INT)");
        let ran = case
            .run()
            .args(JOB)
            .args(["--numeric", "10,2"])
            .fails_with(2);
        ran.says("--numeric").says("PostgreSQL");
    }
}

#[test]
fn the_job_file_says_it_too_and_a_flag_wins() {
    let case = case("numeric", &["1.5"]);
    let source = case.database.url();
    let job =
        format!("source = '{source}'\ntables = 't'\nkey = 'id'\nnumeric = '10,2'\nforce = true");
    case.write("job.toml", job);
    case.command().args(["run", "job.toml"]).succeeds();
    assert_eq!(cells(&case, "parquet", Reader::PyArrow), told(&["n:1.50"]));
    case.command()
        .args(["run", "job.toml", "--numeric", "5,4"])
        .succeeds();
    assert_eq!(
        cells(&case, "parquet", Reader::PyArrow),
        told(&["n:1.5000"])
    );
}
