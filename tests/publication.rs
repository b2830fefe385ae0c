//! How existing output is handled.

use crate::harness::{Case, Firstseen, System, Table, typed};
use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

#[test]
fn existing_output_is_refused_without_force() {
    let case = published();
    let before = fs::read(case.path("batches.manifest.json")).expect("a manifest");
    job(&case).fails_with(6).says("--force");
    assert_eq!(
        fs::read(case.path("batches.manifest.json")).expect("a manifest"),
        before
    );
    case.verify().succeeds();
}

#[test]
fn force_replaces_the_output_of_an_earlier_job() {
    let case = published();
    let rows = Table::notes("u").ids([7]);
    case.database.create(&rows);
    case.run()
        .args(["--tables", "u", "--key", "id", "--force"])
        .succeeds();
    assert_eq!(case.rows(), typed(&rows.rows));
    assert_eq!(
        case.entries(),
        ["batches", "batches.manifest.json", "source.sqlite"]
    );
    case.verify().succeeds();
}

#[test]
fn force_never_replaces_a_folder_with_a_file_that_its_manifest_lacks() {
    let case = published();
    case.write("batches/thesis.docx", "five years");
    job(&case).arg("--force").fails_with(6).says("thesis.docx");
    assert_eq!(
        fs::read_to_string(case.path("batches/thesis.docx")).expect("it is there"),
        "five years"
    );
}

#[test]
fn force_never_replaces_a_folder_without_a_manifest() {
    let case = unpublished();
    fs::create_dir(case.path("batches")).expect("a folder");
    case.write("batches/notes.txt", "mine");
    job(&case).arg("--force").fails_with(6);
    assert_eq!(case.files(), ["notes.txt"]);
}

#[test]
fn an_empty_folder_is_used() {
    let case = unpublished();
    fs::create_dir(case.path("batches")).expect("a folder");
    job(&case).succeeds();
    case.verify().succeeds();
}

#[test]
fn a_manifest_whose_batches_were_all_deleted_is_no_reason_to_refuse() {
    for leaves_folder in [false, true] {
        let case = published();
        fs::remove_dir_all(case.path("batches")).expect("the folder is removed");
        if leaves_folder {
            fs::create_dir(case.path("batches")).expect("a folder");
        }
        job(&case).succeeds();
        assert_eq!(case.rows().len(), 5);
        case.verify().succeeds();
        assert_eq!(
            case.entries(),
            ["batches", "batches.manifest.json", "source.sqlite"]
        );
    }
}

#[test]
fn a_failed_job_leaves_the_manifest_of_deleted_batches_as_it_was() {
    let case = published();
    fs::remove_dir_all(case.path("batches")).expect("the folder is removed");
    let before = fs::read(case.path("batches.manifest.json")).expect("a manifest");
    let missing = ["--tables", "t", "--key", "nothing"];
    case.run().args(missing).fails_with(4);
    let after = fs::read(case.path("batches.manifest.json")).expect("a manifest");
    assert_eq!(before, after);
    assert_eq!(case.entries(), ["batches.manifest.json", "source.sqlite"]);
}

#[test]
fn some_batches_that_are_left_are_refused_without_force() {
    let case = published();
    let first = case.files().remove(0);
    fs::remove_file(case.path("batches").join(first)).expect("a batch is removed");
    let left = case.files();
    job(&case).fails_with(6).says("--force");
    assert_eq!(case.files(), left);
    job(&case).arg("--force").succeeds();
    case.verify().succeeds();
}

#[test]
fn a_result_without_rows_is_a_result() {
    let case = Case::with(System::Sqlite, &[Table::notes("t")]);
    job(&case).succeeds();
    assert_eq!(case.files(), Vec::<String>::new());
    job(&case).fails_with(6).says("--force");
    fs::remove_dir(case.path("batches")).expect("the folder is removed");
    job(&case).succeeds();
}

#[test]
fn a_manifest_that_is_not_ours_is_refused_without_its_folder_too() {
    let case = unpublished();
    case.write("batches.manifest.json", "{\"mine\": true}");
    for force in [&[][..], &["--force"]] {
        let ran = job(&case).args(force).fails_with(6);
        ran.says("batches.manifest.json");
    }
    let left = fs::read_to_string(case.path("batches.manifest.json"));
    assert_eq!(left.expect("it is there"), "{\"mine\": true}");
}

#[test]
fn a_file_and_a_symbolic_link_are_refused() {
    let case = unpublished();
    case.write("file", "mine");
    fs::create_dir(case.path("real")).expect("a folder");
    symlink("real", case.path("link")).expect("a link");
    for out in ["file", "link"] {
        job(&case).args(["--out", out, "--force"]).fails_with(6);
    }
    assert_eq!(
        fs::read_to_string(case.path("file")).expect("it is there"),
        "mine"
    );
    assert!(
        fs::symlink_metadata(case.path("link"))
            .expect("it is there")
            .is_symlink()
    );
}

#[test]
fn output_is_refused_before_any_table_is_looked_at() {
    let case = published();
    case.run()
        .args(["--tables", "no_such_table", "--key", "id"])
        .fails_with(6);
}

#[test]
fn a_failed_job_leaves_the_old_output_in_place() {
    let case = published();
    let before = fs::read(case.path("batches.manifest.json")).expect("a manifest");
    case.database
        .create(&Table::notes("broken").row([None::<i64>, None]));
    case.run()
        .args(["--tables", "t,broken", "--key", "id", "--force"])
        .fails_with(4);
    assert_eq!(
        fs::read(case.path("batches.manifest.json")).expect("a manifest"),
        before
    );
    assert_eq!(
        case.entries(),
        ["batches", "batches.manifest.json", "source.sqlite"]
    );
    case.verify().succeeds();
}

#[test]
fn a_second_job_for_the_same_folder_ends_at_once() {
    let case = Case::with(System::MariaDb, &[Table::notes("t").ids(1..=3)]);
    let first = job(&case).args(["--where", "SLEEP(0.7) = 0"]).start();
    std::thread::sleep(Duration::from_millis(500));
    let second = job(&case).fails_with(6);
    second.check(
        second.elapsed < Duration::from_secs(1),
        "it fails immediately",
    );
    first.end().exits_with(0);
    assert_eq!(case.rows().len(), 3);
}

fn unpublished() -> Case {
    Case::with(System::Sqlite, &[Table::notes("t").ids(1..=5)])
}

fn published() -> Case {
    let case = unpublished();
    job(&case).args(["--batch-rows", "2"]).succeeds();
    case
}

fn job(case: &Case) -> Firstseen {
    case.run().args(["--tables", "t", "--key", "id"])
}

#[test]
fn a_folder_without_a_name_of_its_own_is_refused() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=3)]);
    for out in [".", "..", "/", "x/.."] {
        let job = ["--tables", "t", "--key", "id", "--out", out];
        case.run().args(job).fails_with(2).says("--out");
    }
    assert_eq!(case.entries(), ["source.sqlite"]);
}
