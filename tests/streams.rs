//! What is written to standard output and to standard error, and what reading the source leaves behind.

use crate::harness::{Case, Firstseen, System, Table};
use serde_json::Value as Json;

#[test]
fn json_is_the_manifest_and_nothing_else_on_standard_output() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids([1, 1, 2])]);
        for log in ["text", "json"] {
            let ran = job(&case, "run")
                .args(["--json", "--log-format", log, "-vv", "--force"])
                .succeeds();
            ran.check(
                ran.json() == case.manifest(),
                "standard output is the manifest",
            );
        }
    }
}

#[test]
fn the_plan_is_json_with_the_sql_of_every_table() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        let before = case.entries();
        let ran = job(&case, "plan").arg("--json").succeeds();
        ran.check(
            ran.json().to_string().contains("SELECT"),
            "the SQL of every unit",
        );
        let text = job(&case, "plan").succeeds();
        text.check(
            text.stdout.contains("SELECT") && text.stdout.contains("note"),
            "tables, columns and SQL",
        );
        assert_eq!(case.entries(), before);
    }
}

#[test]
fn the_summary_tells_the_counts_of_every_table() {
    let case = Case::with(
        System::Sqlite,
        &[Table::notes("t").ids((1..=700).chain(1..=55))],
    );
    let ran = job(&case, "run").succeeds();
    for count in ["755", "700", "55"] {
        ran.check(
            ran.stdout.contains(count),
            format!("{count} in the summary"),
        );
    }
}

#[test]
fn the_json_log_is_an_object_a_line() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1, 2])]);
    let ran = job(&case, "run").args(["--log-format", "json"]).succeeds();
    ran.check(!ran.stderr.is_empty(), "it logs");
    for line in ran.stderr.lines() {
        let object: Option<Json> = serde_json::from_str(line).ok();
        let versioned = object.is_some_and(|object| object["schema_version"].is_number());
        ran.check(
            versioned,
            format!("an object with a schema_version: {line}"),
        );
    }
}

#[test]
fn errors_of_a_json_log_are_json_too() {
    let case = Case::with(System::Sqlite, &[Table::notes("t")]);
    let ran = case
        .run()
        .args(["--tables", "x", "--key", "id", "--log-format", "json"])
        .fails_with(4);
    for line in ran.stderr.lines() {
        ran.check(
            serde_json::from_str::<Json>(line).is_ok(),
            format!("an object: {line}"),
        );
    }
}

#[test]
fn a_quiet_job_says_nothing_on_standard_error() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    let ran = job(&case, "run").arg("-q").succeeds();
    ran.check(ran.stderr.is_empty(), "standard error is empty");
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    for verb in [
        &["run", "--force"][..],
        &["run", "--force", "--json"],
        &["plan"],
        &["plan", "--json"],
    ] {
        let job = job(&case, verb[0]).args(&verb[1..]);
        let ran = job.start_with_closed_stdout().end().never_says("panic");
        ran.check(
            case.entries().iter().all(|name| !name.starts_with('.')),
            "no staging folder is left",
        );
    }
    for args in [&["completions", "bash"][..], &["--help"]] {
        case.command()
            .args(args)
            .start_with_closed_stdout()
            .end()
            .never_says("panic");
    }
}

#[test]
fn a_look_at_a_sqlite_source_leaves_no_file_beside_it() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=50)]);
    for mode in ["DELETE", "WAL"] {
        case.set_journal_mode(mode);
        job(&case, "plan").succeeds();
        assert_eq!(case.entries(), ["source.sqlite"], "plan, {mode}");
        job(&case, "run").succeeds();
        assert_eq!(
            case.entries(),
            ["batches", "batches.manifest.json", "source.sqlite"],
            "run, {mode}"
        );
        assert_eq!(case.rows().len(), 50);
        std::fs::remove_dir_all(case.path("batches")).expect("the folder");
        std::fs::remove_file(case.path("batches.manifest.json")).expect("the manifest");
    }
}

#[test]
fn rows_that_still_stand_in_a_write_ahead_log_are_read() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=5)]);
    case.set_journal_mode("WAL");
    let writer = rusqlite::Connection::open(case.path("source.sqlite")).expect("a database");
    writer
        .execute_batch("INSERT INTO t VALUES (6, 'in the log')")
        .expect("a row");
    job(&case, "run").succeeds();
    assert_eq!(case.rows().len(), 6);
}

#[test]
fn completions_are_made_for_every_shell() {
    let case = Case::on(System::Sqlite);
    for shell in ["bash", "zsh", "fish"] {
        let ran = case.command().args(["completions", shell]).succeeds();
        ran.check(ran.stdout.contains("batch-rows"), "flags are completed");
    }
}

fn job(case: &Case, verb: &str) -> Firstseen {
    case.command().args([
        verb,
        "--source",
        &case.database.url(),
        "--tables",
        "t",
        "--key",
        "id",
    ])
}
