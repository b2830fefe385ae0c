//! The password is in no output, whatever happens and wherever it comes from.

mod files;
mod given;
mod places;
mod quoted;

use crate::harness::{
    Case, ENCODED_PASSWORD, Firstseen, PASSWORD, Ran, System, Table, mariadb, postgres,
};
use std::fs;
use std::time::Duration;

const WRONG: &str = "w?ong/p%ss@";
const ENCODED_WRONG: &str = "w%3Fong%2Fp%25ss%40";

#[test]
fn a_wrong_password_fails_at_once_and_is_told_by_nobody() {
    let urls = [
        mariadb().url_with(ENCODED_WRONG, "mysql"),
        postgres().url_with(ENCODED_WRONG, "postgres"),
    ];
    for url in urls {
        for verb in ["run", "plan"] {
            for log in ["text", "json"] {
                let case = Case::on(System::Sqlite);
                let job = loudest(&case, verb, log);
                let ran = keeps(
                    job.env("FIRSTSEEN_SOURCE", &url).fails_with(3),
                    &[WRONG, ENCODED_WRONG],
                );
                ran.check(ran.elapsed < Duration::from_secs(3), "it fails immediately");
                ran.check(case.entries().is_empty(), "nothing is written");
            }
        }
    }
}

#[test]
fn a_job_that_succeeds_tells_the_password_nowhere() {
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        for args in [
            &["--log-format", "json", "-vv"][..],
            &["--json"],
            &["--progress", "always"],
        ] {
            let ran = keeps(
                job(&case, "run").args(args).arg("--force").succeeds(),
                &[PASSWORD, ENCODED_PASSWORD],
            );
            let manifest =
                fs::read_to_string(case.path("batches.manifest.json")).expect("a manifest");
            ran.check(
                !manifest.contains(PASSWORD) && !manifest.contains(ENCODED_PASSWORD),
                &manifest,
            );
        }
        keeps(job(&case, "plan").succeeds(), &[PASSWORD, ENCODED_PASSWORD]);
        keeps(
            job(&case, "plan").arg("--json").succeeds(),
            &[PASSWORD, ENCODED_PASSWORD],
        );
    }
}

#[test]
fn a_job_that_fails_tells_neither_the_password_nor_a_cell() {
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::with(
            system,
            &[Table::notes("t").row([None, Some("confidential")])],
        );
        let ran = job(&case, "run").arg("-vv").fails_with(4);
        keeps(ran, &[PASSWORD, ENCODED_PASSWORD, "confidential"]);
    }
}

#[test]
fn a_url_that_is_none_is_not_quoted() {
    let case = Case::on(System::Sqlite);
    for url in [
        "mysqll://u:hunter2@h/d",
        "mysql://u:hunter2@h",
        "mysql://u:hunter2@h:port/d",
        "u:hunter2@h",
        // A character that isn't percent-encoded ends the host's part early.
        "mysql://u:12/hunter2@h/d",
        "mysql://u:p@a/hunter2@h/d",
        "mysql://u:12?hunter2@h/d",
        "mysql://u:1/2#hunter2@h/d",
        "postgresql://u:12/hunter2@h/d",
        "postgresql://u:1/2?hunter2@h/d",
        "postgresql://h/d?password=hunter2&sslmode=on",
        "postgresql://h/d?passwort=hunter2",
        "mysql://h/d?password=hunter2",
    ] {
        let job = case.command().args(["run", "--tables", "t", "--key", "id"]);
        keeps(job.env("FIRSTSEEN_SOURCE", url).fails_with(2), &["hunter2"]);
    }
    case.write("job.toml", "source = 'mysql://u:hunter2@h/d\nkey = 'id'\n");
    keeps(
        case.command().args(["run", "job.toml"]).fails_with(2),
        &["hunter2"],
    );
    let help = case
        .command()
        .args(["run", "--help"])
        .env("FIRSTSEEN_SOURCE", "mysql://u:hunter2@h/d");
    keeps(help.succeeds(), &["hunter2"]);
}

#[test]
fn a_value_that_does_not_fit_is_not_quoted() {
    let case = Case::on(System::Sqlite);
    case.database
        .execute("CREATE TABLE t (id INTEGER, day DATE)");
    case.database
        .execute("INSERT INTO t VALUES (1, 'confidential')");
    keeps(
        job(&case, "run")
            .arg("-vv")
            .fails_with(4)
            .says("day")
            .says("t"),
        &["confidential"],
    );
}

fn job(case: &Case, verb: &str) -> Firstseen {
    let job = case.command().args([verb, "--tables", "t", "--key", "id"]);
    job.env("FIRSTSEEN_SOURCE", case.database.url())
}

fn keeps(ran: Ran, secrets: &[&str]) -> Ran {
    secrets
        .iter()
        .fold(ran, |ran, secret| ran.never_says(secret))
}

/// A job for any source that prints as much as it can.
fn loudest(case: &Case, verb: &str, log: &str) -> Firstseen {
    let job = ["--tables", "t", "--key", "id", "-vv", "--log-format", log];
    case.command().arg(verb).args(job)
}
