//! The staging folder: its lock, its modes, its removal; and publications without a crash.

use super::super::lock::{self, Lock};
use super::*;
use crate::Interrupt;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};

const OLD: Files = &[("a.csv", "1\n"), ("b.csv", "2\n")];
const NEW: Files = &[("a.csv", "3\n")];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn publishes_to_a_missing_or_empty_folder_and_over_an_earlier_result() {
    let spot = Spot::new();
    spot.publish("first", OLD);
    assert_eq!(spot.whole_result().as_deref(), Some("first"));
    spot.publish("second", NEW);
    assert_eq!(spot.whole_result().as_deref(), Some("second"));
    let empty = Spot::new();
    fs::create_dir(empty.out()).unwrap();
    empty.publish("first", NEW);
    assert_eq!(empty.whole_result().as_deref(), Some("first"));
}

#[test]
fn publishes_an_empty_result() {
    let spot = Spot::new();
    spot.publish("empty", &[]);
    assert_eq!(spot.whole_result().as_deref(), Some("empty"));
    assert_eq!(fs::read_dir(spot.out()).unwrap().count(), 0);
}

#[test]
fn publishes_to_a_path_with_dots_and_a_trailing_slash() {
    let spot = Spot::new();
    let name = spot.parent.path().file_name().unwrap();
    let out = spot.parent.path().join("..").join(name).join("batches/");
    let staging = Staging::create(&Target::check(&out, false).unwrap()).unwrap();
    staging
        .publish(&manifest_of("dots", &[]), &|| Ok(()))
        .unwrap();
    assert_eq!(spot.whole_result().as_deref(), Some("dots"));
}

#[test]
fn staging_is_private_and_the_published_files_have_the_modes_of_the_umask() {
    let spot = Spot::new();
    let (folder, file) = (spot.parent.path().join("d"), spot.parent.path().join("f"));
    fs::create_dir(&folder).unwrap();
    fs::write(&file, "").unwrap();
    let staging = spot.staging(false);
    assert_eq!(mode(&spot.place().staging), 0o700);
    write(staging.folder(), NEW);
    staging.publish(&manifest_of("r", NEW), &|| Ok(())).unwrap();
    assert_eq!(mode(&spot.out()), mode(&folder));
    assert_eq!(mode(&spot.out().join("a.csv")), mode(&file));
    assert_eq!(mode(&manifest_path(&spot.out())), mode(&file));
}

#[test]
fn a_second_job_for_the_same_target_fails_immediately() {
    let spot = Spot::new();
    let first = spot.staging(false);
    let target = spot.check(false).unwrap();
    assert_eq!(refusal(Staging::create(&target)).0, ErrorKind::InUse);
    assert_eq!(roll_forward(&spot.out()).unwrap(), RollForward::InUse);
    drop(first);
    assert_eq!(spot.tree(), Vec::<String>::new());
    Staging::create(&target).unwrap();
}

#[test]
fn a_target_that_another_job_has_published_meanwhile_is_refused_under_the_lock() {
    let spot = Spot::new();
    let target = spot.check(false).unwrap();
    spot.publish("faster", NEW);
    assert_eq!(refusal(Staging::create(&target)).0, ErrorKind::Exists);
    assert_eq!(spot.whole_result().as_deref(), Some("faster"));
}

#[test]
fn a_dropped_job_leaves_nothing_and_the_old_result() {
    let spot = Spot::new();
    spot.publish("old", OLD);
    let before = spot.tree();
    write(spot.staging(true).folder(), NEW);
    assert_eq!(spot.tree(), before);
}

#[test]
fn a_job_interrupted_before_the_first_rename_leaves_the_old_result() {
    let spot = Spot::new();
    spot.publish("old", OLD);
    let before = spot.tree();
    let staging = spot.staging(true);
    write(staging.folder(), NEW);
    let interrupted = || {
        Err(Error::new(
            ErrorKind::Interrupted(Interrupt::Int),
            "interrupted",
        ))
    };
    let error = staging
        .publish(&manifest_of("new", NEW), &interrupted)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted(Interrupt::Int));
    assert_eq!(spot.tree(), before);
}

#[test]
fn a_folder_filled_at_the_last_moment_is_left_as_it_is() {
    let spot = Spot::new();
    let staging = spot.staging(true);
    let intrude = || {
        fs::create_dir(spot.out()).unwrap();
        write(&spot.out(), OLD);
        Ok(())
    };
    let result = staging.publish(&manifest_of("new", &[]), &intrude);
    assert_eq!(refusal(result).0, ErrorKind::Exists);
    assert_eq!(fs::read_to_string(spot.out().join("b.csv")).unwrap(), "2\n");
    assert!(!spot.place().staging.exists());
}

#[test]
fn if_the_manifest_cannot_be_moved_the_folder_is_moved_back() {
    let spot = Spot::new();
    let staging = spot.staging(false);
    write(staging.folder(), NEW);
    let manifest = manifest_path(&spot.out());
    let intrude = || {
        fs::create_dir(&manifest).unwrap();
        Ok(())
    };
    let (kind, message) = refusal(staging.publish(&manifest_of("new", NEW), &intrude));
    assert_eq!(kind, ErrorKind::Exists);
    assert!(message.contains("batches.manifest.json"), "{message}");
    assert_eq!(spot.tree(), [manifest.display().to_string()]);
}

#[test]
fn a_file_created_in_the_manifests_place_at_the_last_moment_is_left_as_it_is() {
    let spot = Spot::new();
    let staging = spot.staging(false);
    write(staging.folder(), NEW);
    let manifest = manifest_path(&spot.out());
    let intrude = || {
        fs::write(&manifest, "mine").unwrap();
        Ok(())
    };
    let result = staging.publish(&manifest_of("new", NEW), &intrude);
    assert_eq!(refusal(result).0, ErrorKind::Exists);
    assert_eq!(fs::read_to_string(&manifest).unwrap(), "mine");
    assert_eq!(spot.tree().len(), 1);
}

#[test]
fn a_staging_folder_with_something_else_in_it_is_not_cleaned_up() {
    let spot = Spot::new();
    let staging = spot.place().staging;
    fs::create_dir(&staging).unwrap();
    fs::write(staging.join("thesis.txt"), "mine").unwrap();
    let before = spot.tree();
    let (kind, message) = refusal(Staging::create(&spot.check(false).unwrap()));
    assert_eq!(kind, ErrorKind::Exists);
    assert!(message.contains("thesis.txt"), "{message}");
    assert_eq!(spot.tree(), before);
}

#[test]
fn a_lock_file_removed_before_it_was_locked_is_not_a_lock() {
    let spot = Spot::new();
    let place = spot.place();
    let first = Lock::acquire(&place).unwrap();
    let opened = lock::open(&place).unwrap().unwrap();
    first.remove().unwrap();
    let _second = Lock::acquire(&place).unwrap();
    assert!(lock::claim(&place, opened).unwrap().is_none());
}

#[test]
fn one_job_at_a_time_has_the_lock_while_others_create_and_remove_it() {
    let spot = Spot::new();
    let (holders, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let Ok(lock) = Lock::acquire(&spot.place()) else {
                        continue;
                    };
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::yield_now();
                    assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
                    turns.fetch_add(1, Ordering::SeqCst);
                    // Another job might have created the next lock already. Then the folder belongs to that job.
                    let _ = lock.remove();
                }
            });
        }
    });
    assert!(turns.into_inner() > 8);
}
