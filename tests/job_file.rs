//! The job file: each flag's name in snake case, and what happens to other keys.

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
    ] {
        refused(&format!("\n# a comment\n{key} = 1\n"))
            .says("line 3")
            .says(key)
            .says(nearest);
    }
    refused("[[table]]\nname = 't'\nwere = 'x'\n")
        .says("line 3")
        .says("where");
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_line() {
    for text in [
        "batch_rows = 'many'",
        "key = 5",
        "exact = 'yes'",
        "format = 'xlsx'",
        "null_keys = 'maybe'",
    ] {
        refused(&format!("tables = 't'\n{text}\n")).says("line 2");
    }
}

#[test]
fn bad_toml_is_refused_with_its_line() {
    refused("tables = 't'\nkey = ['id'\n").says("line");
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
