//! Where other users can look: the list of processes, and what is in it by mistake.

use super::keeps;
use crate::harness::{Case, ENCODED_PASSWORD, Firstseen, PASSWORD, System, Table};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const SERVERS: [System; 2] = [System::MariaDb, System::Postgres];

#[test]
fn the_list_of_processes_has_no_password_of_a_file_or_the_environment() {
    for system in SERVERS {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        let with = case.database.url();
        let without = with.replace(&format!(":{ENCODED_PASSWORD}"), "");
        case.write_with_mode("password", PASSWORD, 0o600);
        case.write("job.toml", format!("source = '{with}'\n"));
        let jobs = [
            case.command()
                .arg("run")
                .args(["--source", &without, "--password-file", "password"]),
            case.command()
                .arg("run")
                .args(["--source", &without])
                .env("FIRSTSEEN_PASSWORD", PASSWORD),
            case.command().arg("run").env("FIRSTSEEN_SOURCE", &with),
            case.command().args(["run", "job.toml"]),
        ];
        for job in jobs {
            let listed = listed_while_it_reads(system, job);
            for secret in [PASSWORD, ENCODED_PASSWORD] {
                assert!(!listed.contains(secret), "{listed}");
            }
            assert!(listed.contains("firstseen"), "{listed}");
        }
        let shown = case.command().arg("run").args(["--source", &with]);
        let shown = listed_while_it_reads(system, shown);
        assert!(
            shown.contains(ENCODED_PASSWORD),
            "the test can see it: {shown}"
        );
    }
}

/// What every user of the machine can read about a job that waits for its rows.
fn listed_while_it_reads(system: System, job: Firstseen) -> String {
    let wait = match system {
        System::MariaDb => "SLEEP(20) = 0",
        _ => "pg_sleep(20) IS NOT NULL",
    };
    let job = ["--tables", "t", "--key", "id", "--where", wait]
        .into_iter()
        .fold(job, Firstseen::arg);
    let mut running = job.start();
    std::thread::sleep(Duration::from_millis(400));
    assert!(running.runs(), "it waits for its rows");
    let listed = readable_by_all(running.id());
    running.signal(Signal::TERM);
    keeps(running.end().exits_with(143), &[PASSWORD, ENCODED_PASSWORD]);
    listed
}

/// What the kernel shows everyone about a process, which includes `cmdline`. `ps` has nothing else to show. The environment is
/// only readable by the process' own user.
fn readable_by_all(id: u32) -> String {
    let environment = fs::metadata(format!("/proc/{id}/environ")).expect("an environment");
    let mode = environment.permissions().mode();
    assert_eq!(mode & 0o077, 0, "others can't read the environment");
    let entries = fs::read_dir(format!("/proc/{id}")).expect("a process that runs");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter(|path| {
        let found = fs::symlink_metadata(path);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o004 != 0)
    });
    let contents = files.filter_map(|path| fs::read(path).ok());
    contents
        .map(|content| String::from_utf8_lossy(&content).into_owned())
        .collect()
}

#[test]
fn a_password_among_the_arguments_is_taken_with_a_warning() {
    const WARNING: &str = "every user of this machine can see the password";
    for system in SERVERS {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        let url = case.database.url();
        let job = || {
            case.command()
                .args(["run", "--tables", "t", "--key", "id", "--force"])
        };
        case.write("job.toml", format!("source = '{url}'\n"));
        let inline = format!("--source={url}");
        for args in [
            &["--source", &url][..],
            &[&inline],
            &["--source", &url, "-q"],
        ] {
            let ran = keeps(job().args(args).succeeds(), &[PASSWORD, ENCODED_PASSWORD]);
            ran.says(WARNING)
                .says("FIRSTSEEN_PASSWORD")
                .says("--password-file");
        }
        let ran = job()
            .args(["--source", &url, "--log-format", "json"])
            .succeeds();
        let ran = ran
            .says("{\"schema_version\":1,")
            .says("\"event\":\"warning\"")
            .says(WARNING);
        keeps(ran, &[PASSWORD, ENCODED_PASSWORD]);
        for quiet in [job().env("FIRSTSEEN_SOURCE", &url), job().arg("job.toml")] {
            quiet.succeeds().never_says(WARNING);
        }
    }
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    let ran = case.run().args(["--tables", "t", "--key", "id"]).succeeds();
    ran.never_says(WARNING);
}

#[test]
fn generate_warns_of_it_too() {
    let case = Case::on(System::Sqlite);
    let job = ["generate", "--source", "mysql://u:hunter2@127.0.0.1:1/d"];
    let ran = case.command().args(job).fails_with(3);
    ran.says("every user of this machine").never_says("hunter2");
}

#[test]
fn a_url_in_the_wrong_place_is_quoted_without_its_password() {
    let case = Case::on(System::Sqlite);
    let url = "mysql://reader:hunt%65r2@h/d";
    for args in [
        &["run", url][..],
        &["run", "job.toml", url],
        &["plan", "--source", "mysql://h/d", url],
        &["verify", url],
        &["run", "--format", url],
        &["run", "--workers", url],
        &[url],
    ] {
        let ran = case.command().args(args).end();
        ran.check(ran.code() != Some(0), "it is refused");
        keeps(ran, &["hunter2", "hunt%65r2"]);
    }
}
