//! The places that a password can come from, and which of them takes precedence.

use super::keeps;
use crate::harness::{
    Case, ENCODED_PASSWORD, Firstseen, PASSWORD, Ran, System, Table, mariadb, postgres,
};
use r2d2_mysql::mysql::prelude::Queryable;
use std::fs;

/// The password of a user on both servers, with characters that need care in each file format.
const AWKWARD: &str = " p@:/%#'\"\\$;=%41ß ";

const SERVERS: [System; 2] = [System::MariaDb, System::Postgres];

#[test]
fn a_password_of_any_characters_is_taken_from_every_place() {
    for system in SERVERS {
        let case = Case::with(system, &[Table::notes("t").ids([1, 2])]);
        create_awkward_user(system);
        let encoded: Vec<String> = AWKWARD.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let encoded = encoded.concat();
        let with = case.database.url().replace(
            &format!("reader:{ENCODED_PASSWORD}"),
            &format!("awkward:{encoded}"),
        );
        let without = with.replace(&format!(":{encoded}"), "");
        fs::create_dir(case.path("jobs")).expect("a folder");
        case.write_with_mode("jobs/password", format!("{AWKWARD}\n"), 0o600);
        case.write("jobs/url.toml", format!("source = '{with}'\n"));
        case.write(
            "jobs/file.toml",
            format!("source = '{without}'\npassword_file = 'password'\n"),
        );
        let run = || case.command().arg("run");
        let by_environment = || run().env("FIRSTSEEN_SOURCE", &without);
        let jobs = [
            run().env("FIRSTSEEN_SOURCE", &with),
            run().arg("jobs/url.toml"),
            run().arg("jobs/file.toml"),
            by_environment().args(["--password-file", "jobs/password"]),
            by_environment().env("FIRSTSEEN_PASSWORD", AWKWARD),
        ];
        for job in jobs.into_iter().chain(by_own_means(&case, &without)) {
            for extractor in ["wire", "connectorx"] {
                let job = job.again().args(["--extractor", extractor]);
                reads(&case, job, &[AWKWARD, AWKWARD.trim(), &encoded]);
            }
        }
    }
}

/// Jobs that use the files and variables of the database's own clients.
fn by_own_means(case: &Case, url: &str) -> Vec<Firstseen> {
    let run = || case.command().arg("run");
    let escaped = AWKWARD.replace('\\', "\\\\").replace('"', "\\\"");
    if case.database.system() == System::Postgres {
        return vec![
            run()
                .env("FIRSTSEEN_SOURCE", url)
                .env("PGPASSWORD", AWKWARD),
        ];
    }
    let (port, database) = (case.database.port(), case.database.name());
    case.write_with_mode(
        "jobs/all.cnf",
        format!(
            "[mysqld]\nport=1\n[client]\nuser=awkward # who\npassword=\"{escaped}\"\n\
             host=127.0.0.1\n[firstseen]\nport={port}\ndatabase={database}\nssl_mode=DISABLED\n"
        ),
        0o600,
    );
    case.write(
        "jobs/all.toml",
        "source = 'mariadb://'\ndefaults_file = 'all.cnf'\n",
    );
    let socket = mariadb().socket();
    let by_socket = format!("[client]\npassword = \"{escaped}\"\nsocket = {socket}\n");
    case.write_with_mode("socket.cnf", by_socket, 0o400);
    vec![
        run().arg("jobs/all.toml"),
        run()
            .env(
                "FIRSTSEEN_SOURCE",
                format!("mysql://awkward@localhost/{database}"),
            )
            .args(["--defaults-file", "socket.cnf"]),
    ]
}

#[test]
fn the_first_place_that_has_a_password_counts() {
    for system in SERVERS {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        case.write_with_mode("right", PASSWORD, 0o600);
        case.write_with_mode("wrong", "wrong word", 0o600);
        let with = case.database.url();
        let without = with.replace(&format!(":{ENCODED_PASSWORD}"), "");
        let file = |url: &str, name| {
            let run = case.command().args(["run", "--password-file", name]);
            run.env("FIRSTSEEN_SOURCE", url)
        };
        let ran = reads(&case, file(&with, "wrong"), &[]);
        ran.says("--password-file is ignored");
        let right = file(&without, "right").env("FIRSTSEEN_PASSWORD", "wrong word");
        reads(&case, right, &[]);
        let wrong = file(&without, "wrong").env("FIRSTSEEN_PASSWORD", PASSWORD);
        refused(wrong);
        let environment = || {
            let run = case.command().arg("run").env("FIRSTSEEN_SOURCE", &without);
            run.env("FIRSTSEEN_PASSWORD", PASSWORD)
        };
        if system == System::Postgres {
            reads(&case, environment().env("PGPASSWORD", "wrong word"), &[]);
            continue;
        }
        case.write_with_mode("wrong.cnf", "[client]\npassword=wrong word\n", 0o600);
        let defaults = ["--defaults-file", "wrong.cnf"];
        reads(&case, environment().args(defaults), &[]);
        let run = case.command().arg("run").env("FIRSTSEEN_SOURCE", &without);
        refused(run.args(defaults));
    }
}

#[test]
fn generate_takes_the_password_from_the_same_places() {
    for system in SERVERS {
        let case = Case::on(system);
        case.write_with_mode("password", PASSWORD, 0o600);
        let without = case
            .database
            .url()
            .replace(&format!(":{ENCODED_PASSWORD}"), "");
        let generate = || {
            let generate = ["generate", "--scale", "0.0001", "--force"];
            let command = case.command().args(generate);
            command
                .env("FIRSTSEEN_SOURCE", &without)
                .env("HOME", case.folder())
        };
        keeps(generate().fails_with(3), &[PASSWORD]);
        let by_file = generate().args(["--password-file", "password"]);
        keeps(by_file.succeeds(), &[PASSWORD]);
        let by_environment = generate().env("FIRSTSEEN_PASSWORD", PASSWORD);
        keeps(by_environment.succeeds(), &[PASSWORD]);
    }
}

/// Checks that the job reads the table, and that none of these texts are in its output or files.
fn reads(case: &Case, job: Firstseen, secrets: &[&str]) -> Ran {
    let job = job.args(["--tables", "t", "--key", "id", "--force", "-vv"]);
    let ran = keeps(job.succeeds(), secrets);
    let manifest = fs::read_to_string(case.path("batches.manifest.json")).expect("a manifest");
    for secret in secrets {
        ran.check(!manifest.contains(secret), &manifest);
    }
    ran
}

fn refused(job: Firstseen) {
    let ran = job
        .args(["--tables", "t", "--key", "id", "--force"])
        .fails_with(3);
    keeps(ran, &[PASSWORD, ENCODED_PASSWORD, "wrong word"]);
}

/// Creates the user on both servers of this process, once for all tests.
fn create_awkward_user(system: System) {
    let quoted = AWKWARD.replace('\'', "''");
    if system == System::MariaDb {
        let quoted = quoted.replace('\\', "\\\\");
        let mut conn = mariadb().connect_to("mysql");
        for statement in [
            format!("CREATE OR REPLACE USER awkward IDENTIFIED BY '{quoted}'"),
            "GRANT SELECT ON *.* TO awkward".to_owned(),
        ] {
            conn.query_drop(statement).expect("a user");
        }
    } else {
        let create = format!(
            "CREATE ROLE awkward LOGIN PASSWORD '{quoted}'; GRANT pg_read_all_data TO awkward"
        );
        let mut client = postgres().connect_to("postgres");
        client.batch_execute(&create).expect("a user");
    }
}
