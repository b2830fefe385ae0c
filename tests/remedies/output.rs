//! The output folder, and its verification.

use super::{accounts_for_all, case, job};
use crate::harness::{Case, System};
use std::fs;

/// The command that an error shows after these words.
fn command<'a>(stderr: &'a str, before: &str) -> Vec<&'a str> {
    let rest = stderr.split(before).nth(1).expect("a command");
    rest.lines().next().expect("a line").split(' ').collect()
}

fn published() -> Case {
    let case = case(System::Sqlite);
    case.run().args(job(&[])).succeeds();
    case
}

#[test]
fn a_result_that_stands_there_is_replaced_or_another_folder_is_taken() {
    let case = published();
    let failed = case.run().args(job(&[])).fails_with(6);
    failed.says(
        "pass --force to replace the folder and its manifest, or name another folder with --out",
    );
    case.run().args(job(&["--out", "others"])).succeeds();
    let ran = case.run().args(job(&["--force"])).succeeds();
    accounts_for_all(&case, &ran);
    // The user's files remain, and another folder works.
    case.write("batches/thesis.txt", "five years");
    let failed = case.run().args(job(&["--force"])).fails_with(6);
    failed.says("move it away, or name another folder with --out");
    fs::rename(case.path("batches/thesis.txt"), case.path("thesis.txt")).expect("it is moved");
    case.run().args(job(&["--force"])).succeeds();
}

#[test]
fn a_parent_that_is_missing_is_made_as_the_error_says() {
    let case = case(System::Sqlite);
    let failed = case.run().args(job(&["--out", "a/b/c"])).fails_with(5);
    let mkdir = command(&failed.stderr, "create it first: ");
    let made = std::process::Command::new(mkdir[0])
        .args(&mkdir[1..])
        .current_dir(case.folder())
        .status();
    assert!(made.expect("mkdir runs").success());
    case.run().args(job(&["--out", "a/b/c"])).succeeds();
    let failed = case.run().args(job(&["--out", ".."]));
    failed.fails_with(2).says("give the folder's own name");
    case.run()
        .args(job(&["--out", "../named-by-its-own-name"]))
        .args(["--count-only"])
        .succeeds();
}

#[test]
fn a_file_in_the_way_is_moved_or_another_folder_is_taken() {
    let case = case(System::Sqlite);
    case.write("batches", "a file");
    let failed = case.run().args(job(&["--force"])).fails_with(6);
    let failed = failed.says("with --out");
    drop(failed);
    case.run().args(job(&["--out", "others"])).succeeds();
    assert_eq!(
        fs::read_to_string(case.path("batches")).expect("it still exists"),
        "a file"
    );
}

#[test]
fn a_folder_that_no_longer_verifies_is_made_again() {
    let case = published();
    let name = case.files().remove(0);
    fs::write(case.path("batches").join(name), "not a batch").expect("a damaged file");
    let failed = case.verify().fails_with(4);
    failed.says("run the job again with --force");
    let ran = case.run().args(job(&["--force"])).succeeds();
    accounts_for_all(&case, &ran);
    case.verify().succeeds();
}

#[test]
fn a_folder_and_its_manifest_move_together_as_the_error_says() {
    let case = published();
    fs::rename(case.path("batches"), case.path("moved")).expect("it moves");
    let verify = |folder: &str| case.command().args(["verify", folder]);
    verify("moved").fails_with(4).says("FOLDER.manifest.json");
    fs::rename(
        case.path("batches.manifest.json"),
        case.path("moved.manifest.json"),
    )
    .expect("it moves");
    verify("moved").succeeds();
}

#[test]
fn a_manifest_of_a_newer_version_names_the_program_that_reads_it() {
    let case = published();
    let path = case.path("batches.manifest.json");
    let text = fs::read_to_string(&path).expect("a manifest");
    let newer = text.replacen("\"schema_version\": 1", "\"schema_version\": 999", 1);
    assert_ne!(newer, text);
    fs::write(&path, newer).expect("another manifest");
    case.verify()
        .fails_with(4)
        .says("use the firstseen that wrote it, or a newer one");
    fs::write(&path, text).expect("the manifest");
    case.verify().succeeds();
}

#[test]
fn a_link_in_the_way_is_removed_or_another_folder_is_taken() {
    let case = case(System::Sqlite);
    fs::create_dir(case.path("real")).expect("a folder");
    std::os::unix::fs::symlink("real", case.path("batches")).expect("a link");
    let failed = case.run().args(job(&["--force"])).fails_with(6);
    failed.says("with --out");
    case.run().args(job(&["--out", "others"])).succeeds();
    fs::remove_file(case.path("batches")).expect("the link");
    let ran = case.run().args(job(&[])).succeeds();
    accounts_for_all(&case, &ran);
}

#[test]
fn a_folder_is_named_as_a_whole_as_the_error_says() {
    let case = case(System::Sqlite);
    for out in [".", "/"] {
        let failed = case.run().args(job(&["--out", out])).fails_with(2);
        failed.says("--out");
    }
    let ran = case.run().args(job(&["--out", "batches"])).succeeds();
    accounts_for_all(&case, &ran);
}
