//! Password files that are refused.

use super::keeps;
use crate::harness::{Case, Firstseen, PASSWORD, System, Table};

#[test]
fn a_file_that_others_have_access_to_is_refused_before_anything_happens() {
    let case = Case::on(System::Sqlite);
    for (flag, key, content) in [
        ("--password-file", "password_file", PASSWORD.to_owned()),
        (
            "--defaults-file",
            "defaults_file",
            format!("[client]\npassword=\"{PASSWORD}\"\n"),
        ),
    ] {
        for mode in [0o640, 0o604, 0o644] {
            case.write_with_mode("file", &content, mode);
            case.write("job.toml", format!("{key} = 'file'\n"));
            for args in [&["run", flag, "file"][..], &["run", "job.toml"]] {
                let job = case
                    .command()
                    .args(args)
                    .args(["--tables", "t", "--key", "id"]);
                let job = job.env("FIRSTSEEN_SOURCE", "mysql://r@127.0.0.1:1/d");
                let ran = keeps(job.fails_with(2), &[PASSWORD]);
                ran.says(flag).says("chmod 600");
            }
        }
    }
    assert_eq!(case.entries(), ["file", "job.toml"]);
}

#[test]
fn a_file_is_for_a_source_that_has_a_use_for_it() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    case.write_with_mode("file", "[client]\npassword=hunter2\n", 0o600);
    for flag in ["--password-file", "--defaults-file"] {
        let job = case
            .run()
            .args([flag, "file", "--tables", "t", "--key", "id"]);
        job.fails_with(2).says(flag).never_says("hunter2");
    }
    let job = by_option_file(&case).env("FIRSTSEEN_SOURCE", "postgresql://r@h/d");
    job.fails_with(2).says("--defaults-file").says("MySQL");
    // Everyone can see the environment.
    let job = case.run().args(["--tables", "t", "--key", "id"]);
    job.env("FIRSTSEEN_PASSWORD", "hunter2").succeeds();
}

#[test]
fn an_option_file_that_is_not_in_order_is_named_with_its_line() {
    let case = Case::on(System::Sqlite);
    for (content, line) in [
        ("password=hunter2\n", "line 1"),
        ("[client]\n\n[mysql\npassword=hunter2\n", "line 3"),
        ("[client]\npassword=hunter2\n!include hunter2\n", "line 3"),
    ] {
        case.write_with_mode("file", content, 0o600);
        let job = by_option_file(&case).env("FIRSTSEEN_SOURCE", "mysql://h/d");
        job.fails_with(2)
            .says(line)
            .says("file")
            .never_says("hunter2");
    }
}

/// A job whose login is in the file `file`.
fn by_option_file(case: &Case) -> Firstseen {
    let job = ["--defaults-file", "file", "--tables", "t", "--key", "id"];
    case.command().arg("run").args(job)
}
