//! Flags and job files.

use super::{LEFT_OUT, accounts_for_all, case, leads_out};
use crate::harness::{Case, Firstseen, System};

/// Flags, the exit code and the hint of their error, and the flags that the hint names.
type Way<'a> = (&'a [&'a str], i32, &'a str, &'a [&'a str]);

const WAYS: [Way<'static>; 31] = [
    (&[LEFT_OUT, "--key"], 2, "give --key", &[]),
    (&[LEFT_OUT, "--tables"], 2, "give --tables", &[]),
    (
        &["--key", ""],
        2,
        "write column names separated by commas, as in --key",
        &["--key", "id"],
    ),
    (&["--key", "id,id"], 2, "name it once", &["--key", "id"]),
    (
        &["--columns", "note"],
        2,
        "add it to --columns",
        &["--columns", "note,id"],
    ),
    (
        &["--columns", "id,note", "--key", "notes"],
        2,
        "did you mean note? Otherwise add notes to --columns",
        &["--columns", "id,note", "--key", "id"],
    ),
    (
        &["--columns", "note,nothing,id"],
        4,
        "name one of these columns: id, note",
        &["--columns", "note,id"],
    ),
    (
        &["--key", "nothing"],
        4,
        "name one of these columns: id, note",
        &["--key", "id"],
    ),
    (&["--where", ""], 2, "leave it out to read every row", &[]),
    (
        &["--where", "id > 0 /* all"],
        2,
        "end it with */, or leave it out",
        &["--where", "id > 0 /* all */"],
    ),
    (&["--extractor", "connectorx"], 2, "leave it out", &[]),
    (&["--numeric", "38,10"], 2, "leave it out", &[]),
    (&["--row-security"], 2, "leave it out", &[]),
    (
        &["--check-counts", "--snapshot", "off"],
        2,
        "leave one of them out",
        &["--check-counts"],
    ),
    (
        &["--column-type", "note"],
        2,
        "write NAME=TYPE",
        &["--column-type", "note=text"],
    ),
    (
        &["--column-type", "note=text,note=text"],
        2,
        "name it once",
        &["--column-type", "note=text"],
    ),
    (
        &["--workers", "0"],
        2,
        "give a number from 1 to 1024",
        &["--workers", "1"],
    ),
    (
        &["--partitions", "0", "--partition-on", "id"],
        2,
        "give auto, or a number from 1 to 1024",
        &["--partitions", "1", "--partition-on", "id"],
    ),
    (
        &["--partition-on", ""],
        2,
        "give the name of a column that has an index",
        &["--partition-on", "id"],
    ),
    (
        &["--order-by", ""],
        2,
        "write column names separated by commas, as in --order-by",
        &["--order-by", "id"],
    ),
    (
        &["--tables", "t1,,t2"],
        2,
        "write table names separated by commas",
        &["--tables", "t1,t2"],
    ),
    (
        &["--partitions", "4"],
        2,
        "give --partition-on COLUMN too",
        &["--partitions", "4", "--partition-on", "id"],
    ),
    (
        &["--partition-on", "id", "--order-by", "note"],
        2,
        "--order-by id,",
        &["--partition-on", "id", "--order-by", "id,note"],
    ),
    (
        &["--partition-on", "note"],
        4,
        "create an index, or use another column",
        &["--partition-on", "id"],
    ),
    (
        &["--partition-on", "nothing"],
        4,
        "a column that every table has",
        &["--partition-on", "id"],
    ),
    (
        &["--order-by", "nothing"],
        4,
        "a column that every table has",
        &["--order-by", "id"],
    ),
    (
        &["--tables", "t2..t1"],
        2,
        "the smaller one first",
        &["--tables", "t1..t2"],
    ),
    (
        &["--tables", "t1,t2,t1"],
        2,
        "name it once",
        &["--tables", "t1,t2"],
    ),
    (
        &["--tables", "t1,T2"],
        4,
        "did you mean t2",
        &["--tables", "t1,t2"],
    ),
    (
        &["--tables", "u*"],
        4,
        "name views without a pattern",
        &["--tables", "t*"],
    ),
    (
        &["--prefix", "a/b"],
        2,
        "--prefix person",
        &["--prefix", "person"],
    ),
];

#[test]
fn flags_that_can_not_be_are_mended_as_their_errors_say() {
    let case = case(System::Sqlite);
    for (wrong, code, remedy, right) in WAYS {
        leads_out(&case, wrong, code, remedy, right);
    }
}

#[test]
fn formats_and_compressions_are_mended_as_their_errors_say() {
    let case = case(System::Sqlite);
    for (format, wrong, right) in [
        ("csv", "snappy", "gzip"),
        ("ndjson", "lz4", "zstd"),
        ("arrow", "gzip", "zstd"),
        ("parquet", "gzip", "snappy"),
        ("pickle", "zstd", "none"),
    ] {
        let takes = format!("--format {format} takes --compression");
        let failed = leads_out(
            &case,
            &["--format", format, "--compression", wrong],
            2,
            &takes,
            &["--format", format, "--compression", right],
        );
        let (_, words) = failed
            .stderr
            .split_once(&takes)
            .expect("the words that it takes");
        failed.check(words.contains(right), format!("{right} is among them"));
    }
    let failed = leads_out(
        &case,
        &["--format", "feather"],
        2,
        "arrow",
        &["--format", "arrow"],
    );
    failed.says("pickle");
}

#[test]
fn a_job_file_is_named_or_its_job_is_given_by_flags() {
    let case = case(System::Sqlite);
    let failed = case.command().args(["run", "no.toml"]).fails_with(2);
    failed.says("name a TOML file, or use flags only");
    let text = "source = \"sqlite://source.sqlite\"\ntables = \"t1,t2\"\nkeys = [\"id\"]\n";
    case.write("job.toml", text);
    let failed = case.command().args(["run", "job.toml"]).fails_with(2);
    failed.says("did you mean \"key\"");
    let entries = "\n[[table]]\nname = \"t1\"\n\n[[table]]\nname = \"\"\n";
    case.write("job.toml", text.replace("keys", "key") + entries);
    let failed = case.command().args(["run", "job.toml"]).fails_with(2);
    failed.says("remove one of them");
    let without_list = text.replace("keys", "key").replace("tables", "# tables");
    case.write("job.toml", without_list + entries);
    let failed = case.command().args(["run", "job.toml"]).fails_with(2);
    failed.says("name the table");
    case.write("job.toml", text.replace("keys", "key"));
    let ran = case.command().args(["run", "job.toml"]).succeeds();
    accounts_for_all(&case, &ran);
    case.write(
        "job.toml",
        format!("{}null_keys = \"dorp\"\n", text.replace("keys", "key")),
    );
    let run = || case.command().args(["run", "job.toml", "--force"]);
    run().fails_with(2).says("drop");
    case.write(
        "job.toml",
        format!("{}null_keys = \"drop\"\n", text.replace("keys", "key")),
    );
    run().succeeds();
    let failed = case
        .command()
        .args(["run", "--tables", "t1", "--key", "id"]);
    failed.fails_with(2).says("--source");
}

#[test]
fn a_precision_is_given_as_its_error_writes_one() {
    let case = case(System::Postgres);
    leads_out(
        &case,
        &["--numeric", "0,0"],
        2,
        "--numeric 38,10",
        &["--numeric", "38,10"],
    );
    leads_out(
        &case,
        &["--column-type", "note=text"],
        2,
        "leave it out; a view",
        &[],
    );
    leads_out(&case, &["--sqlite-types", "text"], 2, "leave it out", &[]);
}

fn generate(case: &Case, more: &[&str]) -> Firstseen {
    let source = case.database.url();
    case.command()
        .args(["generate", "--source", &source])
        .args(more)
}

#[test]
fn a_made_up_registry_is_made_as_the_errors_say() {
    let case = case(System::Sqlite);
    let generate = |more: &[&str]| generate(&case, more);
    generate(&["--scale", "0"])
        .fails_with(2)
        .says("such as 1 or 0.01");
    generate(&["--scale", "0.001", "--persons", "9999999"])
        .fails_with(2)
        .says("--persons from 1");
    generate(&["--scale", "0.001", "--persons", "1"]).succeeds();
    generate(&["--scale", "0.001"])
        .fails_with(6)
        .says("pass --force to drop and recreate");
    generate(&["--scale", "0.001", "--force"]).succeeds();
    // Nothing else was lost.
    let ran = case.run().args(super::job(&[])).succeeds();
    accounts_for_all(&case, &ran);
    case.database
        .execute_all(&["DROP TABLE ID2003", "CREATE VIEW ID2003 AS SELECT 1 AS ID"]);
    let failed = generate(&["--scale", "0.001", "--force"]).fails_with(6);
    failed.says("choose another database, or rename the object");
    case.command()
        .args([
            "generate",
            "--source",
            "sqlite://no/other.sqlite",
            "--scale",
            "0.001",
        ])
        .fails_with(5)
        .says("create its folder first");
    case.command()
        .args([
            "generate",
            "--source",
            "sqlite://other.sqlite",
            "--scale",
            "0.001",
        ])
        .succeeds();
}

#[test]
fn wide_tables_are_made_as_the_errors_say() {
    let case = case(System::Sqlite);
    let generate = |more: &[&str]| generate(&case, more);
    let wrong: [(&[&str], &str); 5] = [
        (&["--survivors", "5"], "add --wide, or leave it out"),
        (&["--wide", "--persons", "5"], "give --survivors instead"),
        (&["--wide", "--with-key"], "leave it out"),
        (&["--wide", "--survivors", "101"], "up to 100, such as 20"),
        (&["--wide", "--scale", "0.000001"], "0.001 makes 2,000 rows"),
    ];
    for (flags, remedy) in wrong {
        generate(flags).fails_with(2).says(remedy);
    }
    let right = ["--wide", "--survivors", "20", "--scale", "0.001"];
    generate(&right).succeeds();
}
