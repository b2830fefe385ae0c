//! The job file: each flag's name in snake case, and how other keys are handled.

use crate::harness::{Case, Ran, System, Table};
use std::fs;

#[test]
fn paths_are_relative_to_the_job_file() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1, 1, 2])]);
    fs::create_dir(case.path("jobs")).expect("a folder");
    case.write(
        "jobs/job.toml",
        "source = 'sqlite://../source.sqlite'\nout = '../batches'\ntables = 't'\nkey = ['id']\n",
    );
    case.command().args(["run", "jobs/job.toml"]).succeeds();
    assert_eq!(case.rows().len(), 2);
}

#[test]
fn a_flag_wins_over_the_job_file() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1, 2, 3])]);
    case.write(
        "job.toml",
        "tables = 'missing'\nkey = ['id']\nbatch_rows = 1\nformat = 'csv'\nprefix = 'file'\n",
    );
    case.run()
        .args([
            "job.toml", "--tables", "t", "--format", "parquet", "--prefix", "flag",
        ])
        .succeeds();
    let expected = [1, 2, 3].map(|row| format!("flag-000000{row}-000000{row}.parquet"));
    assert_eq!(case.files(), expected);
}

#[test]
fn the_source_may_come_from_the_environment() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    let job = case.command().args(["run", "--tables", "t", "--key", "id"]);
    job.env("FIRSTSEEN_SOURCE", case.database.url()).succeeds();
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    for (key, nearest) in [
        ("batchrows", "batch_rows"),
        ("table_s", "tables"),
        ("null_key", "null_keys"),
        ("ky", "key"),
        ("where_", "where"),
        ("passwordfile", "password_file"),
        ("default_file", "defaults_file"),
        ("ordr_by", "order_by"),
    ] {
        refused(&format!("\n# a comment\n{key} = 1\n"))
            .says("line 3")
            .says(key)
            .says(nearest);
    }
    refused("[[table]]\nname = 't'\nwere = 'x'\n")
        .says("line 3")
        .says("did you mean \"where\"?");
    // A table, a dotted key and an empty name are also keys.
    refused("tables = 't'\n[sources]\nurl = 'x'\n")
        .says("line 2")
        .says("source");
    refused("tables = 't'\nkey.columns = 'x'\n").says("line 2");
    refused("'' = 1\n").says("line 1");
}

#[test]
fn a_password_has_no_key_and_is_not_quoted() {
    refused("\npassword = 'hunter2'\n")
        .says("line 2")
        .says("did you mean \"password_file\"?")
        .never_says("hunter2");
    for text in [
        "password_file = ['hunter2']",
        "defaults_file = { hunter2 = 1 }",
        "source = ['mysql://u:hunter2@h/d']",
        "password_file = 'hunter2",
        "'mysql://u:hunter2@h/d' = 'source'",
    ] {
        refused(&format!("\n\n{text}\n"))
            .says("line 3")
            .never_says("hunter2");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_line() {
    for text in [
        "batch_rows = 'many'",
        "key = 5",
        "exact = 'yes'",
        "format = 'xlsx'",
        "null_keys = 'maybe'",
        "batch_rows = -1",
        "batch_rows = 1.5",
        "workers = 99999999999999999999",
        "columns = ['a', 5]",
        "where = true",
        "verbose = 2",
        "source = 1979-05-27",
        "password_file = 5",
        "defaults_file = true",
        "table = 'x'",
        "out = ['a']",
    ] {
        refused(&format!("tables = 't'\n{text}\n")).says("line 2");
    }
}

#[test]
fn a_misspelled_value_is_refused_with_the_word_that_was_meant() {
    for (text, meant) in [
        ("format = 'parqet'", "\"parquet\""),
        ("snapshot = \"requir\"", "\"require\""),
        ("null_keys = 'KEEP'", "\"keep\""),
    ] {
        refused(&format!("tables = 't'\nkey = 'id'\n{text}\n"))
            .says(&format!("did you mean {meant}?"));
    }
    refused("format = 'hunter2'\n").never_says("did you mean");
}

#[test]
fn bad_toml_is_refused_with_its_line() {
    for (text, line) in [
        ("tables = 't'\nkey = ['id'\n", "line"),
        ("tables = 't'\nkey\n", "line 2"),
        ("tables = 't'\n= 5\n", "line 2"),
        ("tables = 't'\nkey = 'id' 'x'\n", "line 2"),
        ("tables = 't'\n\nkey = \"id\n", "line 3"),
        ("tables = 't'\ntables = 'u'\n", "line 2"),
        ("key = 'id'\n[[table]\nname = 't'\n", "line 2"),
        (
            "key = 'id'\n[[table]]\nname = 't'\n[[table]]\nwhere = 'x'\n",
            "line 4",
        ),
        ("key = 'id'\n[[table]]\nname = 5\n", "line 3"),
        ("key = \"\\q\"\n", "line 1"),
    ] {
        refused(text).says(line);
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let case = Case::on(System::Sqlite);
    case.write("job.toml", b"key = 'id'\nprefix = 'b\xe4tch'\n");
    case.run().arg("job.toml").fails_with(2).says("job.toml");
    case.command().args(["run", "."]).fails_with(2);
}

#[test]
fn a_job_file_that_is_not_there_is_refused() {
    let case = Case::on(System::Sqlite);
    case.command()
        .args(["run", "missing.toml"])
        .fails_with(2)
        .says("missing.toml");
}

fn refused(job: &str) -> Ran {
    let case = Case::on(System::Sqlite);
    case.write("job.toml", job);
    let ran = case.run().arg("job.toml").fails_with(2).says("job.toml");
    ran.check(case.entries() == ["job.toml"], "nothing is written");
    ran
}
