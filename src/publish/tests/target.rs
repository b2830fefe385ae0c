//! What can exist at a target, and what is refused.

use super::super::target_state::TargetState;
use super::*;
use std::os::unix::fs::symlink;

const A: Files = &[("a.csv", "1\n"), ("b.csv", "2\n")];

/// The target is refused with and without force, by a message that contains `named`, and is left as it is.
fn assert_refused(spot: &Spot, named: &str) {
    let before = spot.tree();
    for force in [false, true] {
        let (kind, message) = refusal(spot.check(force));
        assert_eq!(kind, ErrorKind::Exists, "{message}");
        assert!(message.contains(named), "{message}");
    }
    assert_eq!(spot.tree(), before);
}

#[test]
fn nothing_and_an_empty_folder_are_fine() {
    let spot = Spot::new();
    spot.check(false).unwrap();
    fs::create_dir(spot.out()).unwrap();
    spot.check(false).unwrap();
}

#[test]
fn an_earlier_result_is_only_replaced_with_force() {
    let spot = Spot::new();
    spot.publish("old", A);
    let (kind, message) = refusal(spot.check(false));
    assert_eq!(kind, ErrorKind::Exists);
    assert!(message.contains("batches"), "{message}");
    spot.check(true).unwrap();
}

#[test]
fn an_earlier_empty_result_counts_as_a_result() {
    let spot = Spot::new();
    spot.publish("old", &[]);
    assert_eq!(refusal(spot.check(false)).0, ErrorKind::Exists);
    spot.check(true).unwrap();
}

#[test]
fn a_file_that_the_manifest_does_not_list_protects_the_folder() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::write(spot.out().join("notes.txt"), "mine").unwrap();
    assert_refused(&spot, "notes.txt");
}

#[test]
fn a_symlink_named_like_a_batch_file_protects_the_folder() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::remove_file(spot.out().join("a.csv")).unwrap();
    symlink("/dev/null", spot.out().join("a.csv")).unwrap();
    assert_refused(&spot, "a.csv");
}

#[test]
fn a_subfolder_protects_the_folder() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::create_dir(spot.out().join("deep")).unwrap();
    assert_refused(&spot, "deep");
}

#[test]
fn a_folder_without_a_manifest_is_refused() {
    let spot = Spot::new();
    fs::create_dir(spot.out()).unwrap();
    write(&spot.out(), A);
    assert_refused(&spot, "a.csv");
}

#[test]
fn a_folder_with_a_manifest_that_cannot_be_read_is_refused() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::write(manifest_path(&spot.out()), "{").unwrap();
    assert_refused(&spot, "batches.manifest.json");
}

#[test]
fn a_file_is_refused() {
    let spot = Spot::new();
    fs::write(spot.out(), "mine").unwrap();
    assert_refused(&spot, "is a file");
}

#[test]
fn a_symlink_is_refused_even_with_a_trailing_slash() {
    let spot = Spot::new();
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), spot.out()).unwrap();
    assert_refused(&spot, "is a symlink");
    let (_, message) = refusal(Target::check(&spot.out().join(""), false));
    assert!(message.contains("is a symlink"), "{message}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_mount_point_is_refused() {
    let place = Place::of(Path::new("/proc")).unwrap();
    let (kind, message) = refusal(TargetState::of(&place));
    assert_eq!(kind, ErrorKind::Exists);
    assert!(message.contains("mount point"), "{message}");
}

#[test]
fn a_manifest_that_is_a_folder_or_a_symlink_is_refused() {
    let spot = Spot::new();
    let manifest = manifest_path(&spot.out());
    fs::create_dir(&manifest).unwrap();
    assert_refused(&spot, "is a folder");
    fs::remove_dir(&manifest).unwrap();
    symlink("/dev/null", &manifest).unwrap();
    assert_refused(&spot, "is a symlink");
}

#[test]
fn a_manifest_whose_files_are_all_gone_is_replaced() {
    for leaves_folder in [false, true] {
        let spot = Spot::new();
        spot.publish("old", A);
        fs::remove_dir_all(spot.out()).unwrap();
        if leaves_folder {
            fs::create_dir(spot.out()).unwrap();
        }
        let staging = spot.staging(false);
        write(staging.folder(), A);
        staging.publish(&manifest_of("new", A), &|| Ok(())).unwrap();
        assert_eq!(spot.whole_result().as_deref(), Some("new"));
    }
}

#[test]
fn one_remaining_file_is_only_replaced_with_force() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::remove_file(spot.out().join("a.csv")).unwrap();
    assert_eq!(refusal(spot.check(false)).0, ErrorKind::Exists);
    spot.check(true).unwrap();
}

#[test]
fn files_that_come_back_while_the_job_runs_are_left_as_they_are() {
    let spot = Spot::new();
    spot.publish("old", A);
    fs::remove_dir_all(spot.out()).unwrap();
    let staging = spot.staging(false);
    fs::create_dir(spot.out()).unwrap();
    write(&spot.out(), A);
    let result = staging.publish(&manifest_of("new", &[]), &|| Ok(()));
    assert_eq!(refusal(result).0, ErrorKind::Exists);
    assert_eq!(spot.whole_result().as_deref(), Some("old"));
}

#[test]
fn a_parent_that_is_missing_or_a_file_is_an_output_error() {
    let spot = Spot::new();
    let (kind, message) = refusal(Target::check(&spot.out().join("deeper"), false));
    assert_eq!(kind, ErrorKind::Output, "{message}");
    fs::write(spot.out(), "mine").unwrap();
    let (kind, message) = refusal(Target::check(&spot.out().join("deeper"), false));
    assert_eq!(kind, ErrorKind::Output, "{message}");
}

#[test]
fn a_name_too_long_for_its_manifest_is_refused_immediately() {
    let spot = Spot::new();
    let out = spot.parent.path().join("n".repeat(250));
    assert_eq!(
        Target::check(&out, false).unwrap_err().kind(),
        ErrorKind::Output
    );
}

#[test]
fn a_path_without_a_name_is_a_usage_error() {
    for out in [".", "/", "..", "a/..", ""] {
        let (kind, _) = refusal(Target::check(Path::new(out), true));
        assert_eq!(kind, ErrorKind::Usage, "{out}");
    }
}
