//! Everything that the documentation shows works as written.

use super::markdown::{Block, Page, pages, root};
use crate::harness::{Case, System, binary, interpreter, package_folder};
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// The languages of blocks that are run or parsed. Others are output or diagrams.
const LANGUAGES: [&str; 6] = ["sh", "python", "toml", "json", "sql", "make"];

#[test]
fn every_block_is_of_a_language_that_is_checked_or_is_text() {
    for page in pages() {
        for Block { language, text, .. } in page.blocks() {
            let is_known = LANGUAGES.contains(&language.as_str()) || language == "text";
            assert!(is_known, "{}: {language:?}\n{text}", page.path.display());
        }
    }
}

/// A folder with the files that the examples in the documentation name: the sample, its result, and files with passwords.
fn home() -> Case {
    let case = Case::on(System::Sqlite);
    let sample = root().join("sample_data");
    fs::create_dir(case.path("sample_data")).expect("a folder");
    for name in ["job.toml", "lhid2005.sqlite"] {
        for to in [case.path("sample_data").join(name), case.path(name)] {
            fs::copy(sample.join(name), to).expect("the sample is copied");
        }
    }
    fs::create_dir(case.path("jobs")).expect("a folder");
    fs::copy(
        sample.join("lhid2005.sqlite"),
        case.path("jobs/lhid2005.sqlite"),
    )
    .expect("a copy");
    for name in ["person.toml", "jobs/person.toml"] {
        fs::copy(sample.join("job.toml"), case.path(name)).expect("a job file");
    }
    case.write_with_mode(".lhid2005", "secret\n", 0o600);
    case.write_with_mode(
        ".my.cnf",
        "[client]\nuser = reader\npassword = secret\nhost = 127.0.0.1\nport = 9\ndatabase = lhid2005\n",
        0o600,
    );
    case.command()
        .args(["run", "job.toml", "--quiet"])
        .succeeds();
    case
}

#[test]
fn every_command_of_the_documents_is_one_that_the_program_takes() {
    let case = home();
    let mut count = 0;
    for page in pages() {
        for block in page.blocks_of("sh") {
            let mut exports = String::new();
            for line in joined(&block.text) {
                if line.starts_with("export ") {
                    exports = format!("{exports}{line}\n");
                }
                let first = line.split_whitespace().find(|word| !word.contains('='));
                if first == Some("firstseen") || line.starts_with("python -m firstseen.duckdb") {
                    check_command(&case, &page, &exports, &line);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 20, "{count} commands");
}

/// The lines of a script, each joined with its continuation lines.
fn joined(script: &str) -> Vec<String> {
    let script = script.replace("\\\n", " ");
    script.lines().map(|line| line.trim().to_owned()).collect()
}

/// The servers in the examples don't exist. Their commands must fail because no server answers, not because of a flag.
fn check_command(case: &Case, page: &Page, exports: &str, line: &str) {
    let tools = "jq() { cat; }; pass() { echo secret; }";
    let script = format!("set -o pipefail\n{tools}\n{exports}{line}");
    let script = script
        .replace("python -m", &format!("{} -m", interpreter().display()))
        .replace("db.example.org", "127.0.0.1")
        .replace(":3306", ":9");
    let output = Command::new("bash")
        .args(["-c", &script])
        .env("PATH", path())
        .env("PYTHONPATH", package_folder())
        .env("HOME", case.folder())
        .env("FIRSTSEEN_SOURCE", "sqlite://lhid2005.sqlite")
        .env("PGPORT", "9")
        .current_dir(case.folder())
        .output()
        .expect("bash runs");
    let code = output.status.code();
    assert!(
        matches!(code, Some(0 | 3 | 4 | 6)),
        "{}: {code:?}\n{script}\n{}",
        page.path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A PATH that begins with the binary's folder.
fn path() -> String {
    let binary = binary();
    let folder = binary.parent().expect("a folder").display();
    format!("{folder}:{}", env::var("PATH").unwrap_or_default())
}

#[test]
fn every_python_snippet_runs_on_the_sample_result() {
    let case = home();
    let mut count = 0;
    for page in pages() {
        for block in page.blocks_of("python") {
            if block.text.contains("pickle") {
                let pickle = [
                    "run", "job.toml", "--format", "pickle", "--force", "--quiet",
                ];
                case.command().args(pickle).succeeds();
            }
            let output = Command::new(interpreter())
                .args(["-c", &block.text])
                .env("PATH", path())
                .env("PYTHONPATH", package_folder())
                .current_dir(case.folder())
                .output()
                .expect("Python runs");
            let said = String::from_utf8_lossy(&output.stderr);
            let place = page.path.display();
            assert!(output.status.success(), "{place}\n{}\n{said}", block.text);
            assert!(!output.stdout.is_empty(), "{place}\n{}", block.text);
            if block.text.contains("pickle") {
                let again = ["run", "job.toml", "--force", "--quiet"];
                case.command().args(again).succeeds();
            }
            count += 1;
        }
    }
    assert!(count > 4, "{count} snippets");
}

#[test]
fn every_job_file_of_the_documents_is_one() {
    let case = home();
    for page in pages() {
        for block in page.blocks_of("toml") {
            case.write("shown.toml", &block.text);
            // Its database might not exist.
            let ran = case
                .command()
                .args(["plan", "shown.toml"])
                .args(["--key", "HASHIDV"])
                .end();
            let is_read = matches!(ran.code(), Some(0 | 3 | 4));
            ran.check(is_read, format!("{}\n{}", page.path.display(), block.text));
        }
    }
}

#[test]
fn every_json_of_the_documents_is_json() {
    for page in pages() {
        for block in page.blocks_of("json") {
            let lines = block.text.lines().filter(|line| !line.is_empty());
            let is_whole = serde_json::from_str::<serde_json::Value>(&block.text).is_ok();
            let is_lines = lines
                .map(serde_json::from_str::<serde_json::Value>)
                .all(|line| line.is_ok());
            assert!(
                is_whole || is_lines,
                "{}\n{}",
                page.path.display(),
                block.text
            );
        }
    }
}

#[test]
fn the_makefile_rules_of_the_documents_run_the_job_once() {
    let mut count = 0;
    for page in pages() {
        for block in page.blocks_of("make") {
            let case = home();
            case.write("Makefile", &block.text);
            case.write("report.py", "#!/bin/sh\nls \"$1\"\n");
            fs::set_permissions(case.path("report.py"), Permissions::from_mode(0o755))
                .expect("a mode");
            fs::remove_dir_all(case.path("batches")).expect("the result goes");
            fs::remove_file(case.path("batches.manifest.json")).expect("its manifest goes");
            let first = make(&case);
            assert!(first.contains("firstseen run"), "{first}");
            let report = fs::read_to_string(case.path("report.html")).expect("a report");
            assert_eq!(report.lines().count(), 2, "{report}");
            let second = make(&case);
            assert!(second.contains("up to date"), "{second}");
            count += 1;
        }
    }
    assert!(count > 0);
}

fn make(case: &Case) -> String {
    let output = Command::new("make")
        .arg("report.html")
        .env("PATH", path())
        .current_dir(case.folder())
        .output()
        .expect("make runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
