//! A crash after every step, and what the next command does about it.

use super::super::publication::{Publication, Step, prepare};
use super::*;

const OLD: Files = &[("a.csv", "1\n"), ("b.csv", "2\n")];
/// Results that differ from the old one, begin like it, are equal to it, or are empty.
const RESULTS: [Files; 4] = [&[("a.csv", "3\n")], &[("a.csv", "1\n")], OLD, &[]];
/// Moments before the target is changed: nothing, one file, all files, half a manifest, all of staging.
const MOMENTS_BEFORE: usize = 5;

type Action = Box<dyn Fn(&mut Publication) -> Result<()>>;

fn with_exchange() -> Vec<Action> {
    let action =
        |step| Box::new(move |publication: &mut Publication| publication.take(step)) as Action;
    Step::ALL.into_iter().map(action).collect()
}

fn with_two_renames() -> Vec<Action> {
    let mut actions = with_exchange();
    let renames: [Action; 2] = [
        Box::new(|publication: &mut Publication| publication.park_folder()),
        Box::new(|publication: &mut Publication| publication.place_folder()),
    ];
    actions.splice(..1, renames);
    actions
}

/// A job that crashes at the moment `cut` and leaves everything as it is then.
fn die(spot: &Spot, files: Files, actions: &[Action], cut: usize) {
    let mut staging = spot.staging(true);
    let place = spot.place();
    let manifest = manifest_of("new", files);
    if cut >= 1 {
        write(staging.folder(), files.get(..1).unwrap_or_default());
    }
    if cut >= 2 {
        write(staging.folder(), files);
    }
    if cut == 3 {
        fs::write(place.partial_manifest(), "{\"schema").unwrap();
    }
    if cut >= 4 {
        prepare(&place, &manifest).unwrap();
        let state = spot.check(true).unwrap().state().unwrap();
        let mut publication = Publication::new(&place, state);
        for action in actions.iter().take(cut + 1 - MOMENTS_BEFORE) {
            action(&mut publication).unwrap();
        }
    }
    staging.leave();
}

fn moments(actions: &[Action]) -> std::ops::RangeInclusive<usize> {
    0..=MOMENTS_BEFORE - 1 + actions.len()
}

/// Crashes at every moment, with `old` or nothing at the target, and checks what the next command finds.
fn assert_old_or_new(
    old: Option<Files>,
    files: Files,
    actions: &[Action],
    next: fn(&Spot, &Target),
) {
    for cut in moments(actions) {
        let spot = Spot::new();
        if let Some(old) = old {
            spot.publish("old", old);
        }
        let target = spot.check(true).unwrap();
        die(&spot, files, actions, cut);
        next(&spot, &target);
        let found = spot.whole_result();
        let is_old = found.as_deref() == old.map(|_| "old");
        let is_new = found.as_deref() == Some("new");
        let was_changed = cut >= MOMENTS_BEFORE;
        assert!(
            is_new || is_old && !was_changed,
            "moment {cut}, {files:?}: {found:?}"
        );
    }
}

fn next_command(spot: &Spot, _target: &Target) {
    roll_forward(&spot.out()).unwrap();
    assert_eq!(roll_forward(&spot.out()).unwrap(), RollForward::Nothing);
}

/// A job that checked its target before the other one crashed, and ends as soon as it has the lock.
fn next_job(_spot: &Spot, target: &Target) {
    drop(Staging::create(target).unwrap());
}

#[test]
fn a_job_that_crashes_anywhere_leaves_nothing_or_the_complete_result() {
    for files in RESULTS {
        assert_old_or_new(None, files, &with_exchange(), next_command);
        assert_old_or_new(None, files, &with_exchange(), next_job);
    }
}

#[test]
fn a_replacing_job_that_crashes_anywhere_leaves_the_old_result_or_the_new_one() {
    for files in RESULTS {
        assert_old_or_new(Some(OLD), files, &with_exchange(), next_command);
        assert_old_or_new(Some(OLD), files, &with_exchange(), next_job);
        assert_old_or_new(Some(&[]), files, &with_exchange(), next_command);
    }
}

#[test]
fn the_same_is_true_if_folders_cannot_be_exchanged() {
    for files in RESULTS {
        assert_old_or_new(Some(OLD), files, &with_two_renames(), next_command);
        assert_old_or_new(Some(OLD), files, &with_two_renames(), next_job);
        assert_old_or_new(Some(&[]), files, &with_two_renames(), next_command);
    }
}

#[test]
fn if_the_old_files_are_gone_the_next_command_completes_or_the_next_job_starts_over() {
    for leaves_folder in [false, true] {
        for files in RESULTS {
            for cut in moments(&with_exchange()) {
                let spot = Spot::new();
                spot.publish("old", OLD);
                fs::remove_dir_all(spot.out()).unwrap();
                if leaves_folder {
                    fs::create_dir(spot.out()).unwrap();
                }
                die(&spot, files, &with_exchange(), cut);
                if roll_forward(&spot.out()).unwrap() == RollForward::Swept && cut < MOMENTS_BEFORE
                {
                    spot.check(false).unwrap();
                    spot.publish("new", files);
                }
                assert_eq!(spot.whole_result().as_deref(), Some("new"), "moment {cut}");
            }
        }
    }
}

#[test]
fn a_publication_undone_after_any_step_leaves_the_target_as_it_was() {
    for actions in [with_exchange(), with_two_renames()] {
        for taken in 0..=actions.len() {
            let spot = Spot::new();
            spot.publish("old", OLD);
            let before = spot.tree();
            let staging = spot.staging(true);
            prepare(&spot.place(), &manifest_of("new", &[])).unwrap();
            let state = spot.check(true).unwrap().state().unwrap();
            let place = spot.place();
            let mut publication = Publication::new(&place, state);
            for action in actions.iter().take(taken) {
                action(&mut publication).unwrap();
            }
            publication.undo().unwrap();
            drop(staging);
            assert_eq!(spot.tree(), before, "{taken} steps");
        }
    }
}

#[test]
fn a_folder_changed_after_the_crash_is_left_as_it_is() {
    let spot = Spot::new();
    let cut = MOMENTS_BEFORE; // the folder is in place
    die(&spot, OLD, &with_exchange(), cut);
    fs::write(spot.out().join("notes.txt"), "mine").unwrap();
    let before = spot.tree();
    assert_eq!(refusal(roll_forward(&spot.out())).0, ErrorKind::Exists);
    assert_eq!(spot.tree().len(), before.len());
}

#[test]
fn a_folder_with_the_same_sizes_but_other_bytes_is_not_taken_for_the_new_one() {
    let spot = Spot::new();
    spot.publish("old", &[("a.csv", "1\n")]);
    die(
        &spot,
        &[("a.csv", "3\n")],
        &with_exchange(),
        MOMENTS_BEFORE - 1,
    );
    assert_eq!(roll_forward(&spot.out()).unwrap(), RollForward::Swept);
    assert_eq!(spot.whole_result().as_deref(), Some("old"));
}

#[test]
fn an_empty_staging_folder_is_cleaned_up() {
    let spot = Spot::new();
    fs::create_dir(spot.place().staging).unwrap();
    assert_eq!(roll_forward(&spot.out()).unwrap(), RollForward::Swept);
    assert_eq!(spot.whole_result(), None);
}
