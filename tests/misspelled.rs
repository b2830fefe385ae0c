//! A misspelled flag, command or value is refused, and the error names the one that was meant.

use crate::harness::{Case, Ran, System, Table};

/// The arguments, and what the message names.
type Misspelled<'a> = (&'a [&'a str], &'a str);

#[test]
fn an_unknown_flag_names_the_nearest_known_one() {
    const FLAGS: [Misspelled; 20] = [
        (&["run", "--kye", "id"], "'--key'"),
        (&["run", "--tables", "t", "--kye=id"], "'--key'"),
        (&["run", "-key", "id"], "'--key'"),
        (&["run", "-key=id"], "'--key'"),
        (&["run", "-k", "id"], "'--key'"),
        (&["run", "--KEY", "id"], "'--key'"),
        (&["plan", "--tabels", "t"], "'--tables'"),
        (&["run", "job.toml", "--ouput", "b"], "'--out'"),
        (&["run", "--workres", "2"], "'--workers'"),
        (&["run", "--batch_rows", "2"], "'--batch-rows'"),
        (&["run", "--part", "id"], "'--partition"),
        (&["run", "-quite"], "'--quiet'"),
        (&["run", "-q", "-forse"], "'--force'"),
        (&["run", "--frobnicate"], "'--"),
        (&["generate", "--sede", "2"], "'--seed'"),
        (&["verify", "batches", "--jsno"], "'--json'"),
        (&["verify", "batches", "--force"], "'run --force'"),
        (&["--kye", "id", "run"], "'run --key'"),
        (&["--kye", "id"], "'run --key'"),
        (&["--verison"], "'--version'"),
    ];
    for (args, meant) in FLAGS {
        refused(args).says("unexpected argument").says(meant);
    }
}

#[test]
fn a_negative_number_is_taken_for_no_flag() {
    refused(&["run", "--workers", "-3"]).never_says("a similar argument");
    refused(&["run", "--partitions=-3", "-3"]).never_says("a similar argument");
}

#[test]
fn an_unknown_command_names_those_that_there_are() {
    for (command, meant) in [
        ("frun", "'run'"),
        ("rnu", "'run'"),
        ("Plan", "'plan'"),
        ("verfy", "'verify'"),
        ("genrate", "'generate'"),
        ("job.toml", "run, plan, hold"),
        ("extract", "run, plan, hold"),
    ] {
        refused(&[command]).says(meant);
        refused(&[command, "--key", "id"]).says(meant);
    }
}

#[test]
fn a_misspelled_value_names_the_one_that_was_meant() {
    const VALUES: [Misspelled; 12] = [
        (&["--format", "parqet"], "'parquet'"),
        (&["--format", "CSV"], "'csv'"),
        (&["--snapshot", "requir"], "'require'"),
        (&["--snapshot", "fof"], "'off'"),
        (&["--null-keys", "dorp"], "'drop'"),
        (&["--extractor", "conectorx"], "'connectorx'"),
        (&["--force=ture"], "'true'"),
        (&["--compression", "zstdd"], "did you mean zstd?"),
        (&["--compression", "zsdt:3"], "did you mean zstd?"),
        (
            &["--format", "csv", "--compression", "gizp"],
            "did you mean gzip?",
        ),
        (&["--compression", "zstd:99"], "takes --compression none"),
        (&["--compression", "brotli"], "takes --compression none"),
    ];
    for (args, meant) in VALUES {
        let job = ["run", "--tables", "t", "--key", "id"];
        refused(&[&job, args].concat()).says(meant);
    }
}

/// Checks that the arguments are refused with exit code 2 and nothing is written.
fn refused(args: &[&str]) -> Ran {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    let command = case.command().args(args);
    let ran = command
        .env("FIRSTSEEN_SOURCE", case.database.url())
        .fails_with(2)
        .never_says("as a value, use");
    ran.check(case.entries() == ["source.sqlite"], "nothing is written");
    ran
}
