//! Connecting to the database: URLs, passwords, files.

use super::{accounts_for_all, case, job};
use crate::harness::{Case, PASSWORD, System, postgres};
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn by(case: &Case, source: &str, more: &[&str]) -> crate::harness::Firstseen {
    case.command()
        .args(["run", "--source", source])
        .args(job(more))
        .arg("--force")
}

#[test]
fn a_url_is_written_as_its_error_says() {
    for (system, wrong) in [
        (System::MariaDb, "mysql//reader@db/test"),
        (System::Postgres, "postgres:reader@db/test"),
        (System::Sqlite, "source.sqlite"),
    ] {
        let case = case(system);
        let failed = by(&case, wrong, &[]).fails_with(2);
        failed.says("write mysql://USER:PASSWORD@HOST:3306/DATABASE");
        let ran = by(&case, &case.database.url(), &[]).succeeds();
        accounts_for_all(&case, &ran);
    }
}

#[test]
fn parameters_are_written_as_their_errors_say() {
    for system in [System::MariaDb, System::Postgres] {
        let case = case(system);
        let url = case.database.url();
        for (wrong, remedy, right) in [
            ("sslmod=disable", "sslmode", "sslmode=disable"),
            ("sslmode=none", "disable", "sslmode=disable"),
            (
                "sslmode=require&sslrootcert=no.pem",
                "sslrootcert",
                "sslmode=require",
            ),
        ] {
            by(&case, &format!("{url}?{wrong}"), &[])
                .fails_with(2)
                .says(remedy);
            let ran = by(&case, &format!("{url}?{right}"), &[]).succeeds();
            accounts_for_all(&case, &ran);
        }
    }
    let case = case(System::Postgres);
    let url = case.database.url();
    let failed = by(
        &case,
        &format!("{url}?sslnegotiation=direct&sslmode=prefer"),
        &[],
    )
    .fails_with(2);
    failed.says("set sslmode to one of them");
    let direct = format!("{url}?sslmode=require&sslnegotiation=direct");
    let version = "SELECT current_setting('server_version_num')::bigint";
    if case.database.count(version) < 170_000 {
        let failed = by(&case, &direct, &[]).fails_with(3);
        failed.says("leave out sslnegotiation=direct");
    } else {
        by(&case, &direct, &[]).succeeds();
    }
    by(&case, &format!("{url}?sslmode=require"), &[]).succeeds();
    by(&case, &format!("{url}?sslcert=client.pem"), &[])
        .fails_with(2)
        .says("give both files or neither");
    by(&case, &format!("{url}?application_name"), &[])
        .fails_with(2)
        .says("write each parameter as NAME=VALUE");
    by(&case, &format!("{url}?application_name=a%26b"), &[]).succeeds();
    by(&case, &format!("{url}?port=1,2"), &[])
        .fails_with(2)
        .says("one port, or as many as hosts");
}

#[test]
fn a_password_file_is_closed_and_filled_as_the_errors_say() {
    for system in [System::MariaDb, System::Postgres] {
        let case = case(system);
        let url = case
            .database
            .url()
            .replace(&format!(":{}@", crate::harness::ENCODED_PASSWORD), "@");
        let file = case.path("password");
        fs::write(&file, "").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
        by(&case, &url, &["--password-file", "."])
            .fails_with(2)
            .says("name a text file in UTF-8");
        let run = || by(&case, &url, &["--password-file", "password"]);
        let failed = run().fails_with(2);
        let chmod = failed
            .stderr
            .split("chmod 600 ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let path = case.folder().join(chmod.expect("a command"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
        run()
            .fails_with(2)
            .says("write only the password into it, without quotes or escapes");
        fs::write(&file, PASSWORD).expect("a password");
        let ran = run().succeeds();
        accounts_for_all(&case, &ran);
    }
    let case = case(System::Sqlite);
    case.write_with_mode("password", "x", 0o600);
    by(
        &case,
        &case.database.url(),
        &["--password-file", "password"],
    )
    .fails_with(2)
    .says("leave it out");
}

#[test]
fn a_service_and_its_file_are_looked_for_where_the_error_says() {
    let case = case(System::Postgres);
    let name = case.database.name();
    let url = format!("postgresql:///{name}?service=registry");
    by(&case, &url, &[]).fails_with(2).says("PGSERVICEFILE");
    case.write("services", "[registry]\nservice=other\n");
    let file = case.path("services").display().to_string();
    let failed = by(&case, &url, &[])
        .env("PGSERVICEFILE", &file)
        .fails_with(2);
    failed.says("no service=");
    let lines = format!(
        "[registry]\nhost=127.0.0.1\nport={}\nuser=reader\npassword={PASSWORD}\n",
        postgres().port()
    );
    case.write("services", lines);
    let ran = by(&case, &url, &[]).env("PGSERVICEFILE", &file).succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_file_is_found_by_the_path_that_the_error_asks_for() {
    let case = case(System::Sqlite);
    let failed = by(&case, "sqlite://other.sqlite", &[]).fails_with(3);
    failed.says("check the path in --source");
    let ran = by(&case, "sqlite://source.sqlite", &[]).succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_state_that_can_not_be_proved_is_read_as_the_error_says() {
    let case = case(System::Postgres);
    case.database.execute_all(&[
        "CREATE EXTENSION file_fdw",
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE far (id bigint, note text) SERVER files OPTIONS (filename '/dev/null')",
    ]);
    let tables = ["--tables", "t1,far"];
    let failed = by(
        &case,
        &case.database.url(),
        &[&tables[..], &["--snapshot", "require"]].concat(),
    );
    failed
        .fails_with(3)
        .says("use --snapshot auto, which reads without one and says so in the manifest");
    let ran = by(
        &case,
        &case.database.url(),
        &[&tables[..], &["--snapshot", "auto"]].concat(),
    )
    .succeeds();
    accounts_for_all(&case, &ran);
    assert_eq!(case.manifest()["snapshot"], "none");
}

#[test]
fn a_value_of_the_environment_is_looked_for_where_the_error_says() {
    let case = case(System::Postgres);
    let url = case.database.url();
    let failed = by(&case, &url, &[])
        .env("PGSSLMODE", "sometimes")
        .fails_with(2);
    failed.says("PGSSLMODE");
    let ran = by(&case, &url, &[]).env("PGSSLMODE", "require").succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_server_that_is_silent_for_long_is_given_more_time() {
    let case = Case::on(System::Postgres);
    case.database.execute(
        "CREATE VIEW v AS SELECT n::bigint AS id, 'n'::text AS note FROM generate_series(1, 50) n, pg_sleep(4)",
    );
    let url = case.database.url();
    let job = |secs| by(&case, &url, &["--tables", "v", "--read-timeout-secs", secs]);
    job("1")
        .fails_with(3)
        .says("run the job again, or allow more time");
    let ran = job("30").succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_writer_of_a_sqlite_file_is_waited_for_or_read_beside() {
    let case = case(System::Sqlite);
    let writer = rusqlite::Connection::open(case.path("source.sqlite")).expect("a SQLite file");
    writer.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let url = case.database.url();
    let two = ["--workers", "2", "--lock-wait-secs", "1"];
    let ran = by(&case, &url, &[&two[..], &["--snapshot", "auto"]].concat()).succeeds();
    accounts_for_all(&case, &ran);
    drop(writer);
    let ran = by(
        &case,
        &url,
        &[&two[..], &["--snapshot", "require"]].concat(),
    )
    .succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn an_option_file_is_written_as_its_error_says() {
    let case = case(System::MariaDb);
    let port = case.database.port();
    let url = format!("mysql:///{}", case.database.name());
    let run = || by(&case, &url, &["--defaults-file", "options"]);
    case.write_with_mode("options", "user=reader\n", 0o600);
    let failed = run().fails_with(2);
    failed.says("write [client], and below it lines such as user=NAME and password=\"WORD\"");
    let lines = format!("[client]\nuser=reader\npassword=\"{PASSWORD}\"\nhost=127.0.0.1\nport=");
    case.write_with_mode("options", format!("{lines}many\n"), 0o600);
    run().fails_with(2).says("check host and port in the file");
    case.write_with_mode("options", format!("{lines}{port}\n"), 0o600);
    let ran = run().succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_job_that_may_open_too_few_files_is_let_open_more() {
    let case = case(System::MariaDb);
    let url = case.database.url();
    let under = |files: usize| {
        by(&case, &url, &["--extractor", "connectorx"])
            .under("prlimit", [format!("--nofile={files}"), "--".to_owned()])
    };
    let told = (6..40).any(|files| {
        let ran = under(files).end();
        ran.code() == Some(3) && ran.stderr.contains("ulimit -n")
    });
    assert!(told, "some number is too few for a connection");
    let ran = under(1024).succeeds();
    accounts_for_all(&case, &ran);
}
