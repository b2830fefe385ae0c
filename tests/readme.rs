//! What the README shows works as it stands there.

use crate::harness::{Case, System, interpreter};
use std::env;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Distinct persons of the sample.
const SAMPLE_ROWS: u32 = 10_014;

#[test]
fn the_sample_job_writes_full_batches_and_a_short_one() {
    let case = sample();
    let files = case.manifest()["files"].clone();
    let rows: Vec<u64> = files
        .as_array()
        .expect("files")
        .iter()
        .map(|file| file["rows"].as_u64().expect("rows"))
        .collect();
    let (last, full) = rows.split_last().expect("a file");
    assert!(
        !full.is_empty() && full.iter().all(|rows| *rows == 10_000) && *last < 10_000,
        "{rows:?}"
    );
    case.verify().succeeds();
}

#[test]
fn the_sample_database_is_not_touched() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let names = || {
        let entries = std::fs::read_dir(&sample).expect("sample_data");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    };
    let before = names();
    self::sample();
    assert_eq!(names(), before);
}

#[test]
fn every_python_snippet_of_the_readme_reads_the_batches() {
    let case = sample();
    let snippets = blocks("python");
    for reader in ["polars", "pandas", "pyarrow", "duckdb", "pickle"] {
        assert!(
            snippets.iter().any(|snippet| snippet.contains(reader)),
            "the README shows {reader}"
        );
    }
    for snippet in &snippets {
        if snippet.contains("pickle") {
            let args = ["--format", "pickle", "--force"];
            sample_job(&case).args(args).succeeds();
        }
        let output = Command::new(interpreter())
            .args(["-c", snippet])
            .current_dir(case.folder())
            .output()
            .expect("Python runs");
        assert!(
            output.status.success(),
            "{snippet}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let counted = String::from_utf8_lossy(&output.stdout);
        assert_eq!(counted.trim(), SAMPLE_ROWS.to_string(), "{snippet}");
    }
}

#[test]
fn the_makefile_rule_of_the_readme_runs_the_job_once() {
    let case = Case::on(System::Sqlite);
    for (name, content) in [
        ("person.toml", "job.toml"),
        ("lhid2005.sqlite", "lhid2005.sqlite"),
    ] {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample_data")
            .join(content);
        case.write(name, std::fs::read(sample).expect("a sample"));
    }
    case.write("Makefile", blocks("make").concat());
    case.write("report.py", "#!/bin/sh\nls \"$1\"\n");
    std::fs::set_permissions(case.path("report.py"), Permissions::from_mode(0o755))
        .expect("a mode");
    let first = make(&case);
    assert!(first.contains("firstseen run person.toml"), "{first}");
    let report = std::fs::read_to_string(case.path("report.html")).expect("a report");
    assert_eq!(report.lines().count(), 2, "{report}");
    let second = make(&case);
    assert!(second.contains("up to date"), "{second}");
}

fn make(case: &Case) -> String {
    let binaries = Path::new(env!("CARGO_BIN_EXE_firstseen"))
        .parent()
        .expect("a folder");
    let path = format!(
        "{}:{}",
        binaries.display(),
        env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("make")
        .arg("report.html")
        .env("PATH", path)
        .current_dir(case.folder())
        .output()
        .expect("make runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_flag_stands_in_the_readme() {
    let case = Case::on(System::Sqlite);
    let readme = readme();
    for verb in ["run", "plan", "verify", "generate"] {
        let help = case.command().args([verb, "--help"]).succeeds().stdout;
        let flags = help
            .split([' ', '\n', ','])
            .filter(|word| word.starts_with("--") && word.len() > 2);
        for flag in flags {
            let flag = flag.trim_end_matches(|last: char| !last.is_ascii_alphanumeric());
            let flag = flag.split(['[', '=']).next().unwrap_or(flag);
            assert!(
                readme.contains(flag),
                "{flag} of {verb} stands in the README"
            );
        }
    }
}

fn sample() -> Case {
    let case = Case::on(System::Sqlite);
    sample_job(&case).succeeds();
    case
}

fn sample_job(case: &Case) -> crate::harness::Firstseen {
    let job = concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data/job.toml");
    case.command().args(["run", job, "--out", "batches"])
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a README")
}

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let fence = format!("```{language}\n");
    readme
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect()
}
