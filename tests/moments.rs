//! A job that is stopped at any moment leaves either its whole output or what was there before.

use crate::harness::{Case, Ran, System, Table};
use rustix::process::Signal;
use std::fs;
use std::time::Duration;

/// The rows of each file: few enough that a moment can fall between two files.
const BATCH_ROWS: &str = "100";

#[test]
fn a_signal_at_any_moment_leaves_all_or_nothing() {
    for (moment, signal) in moments(&[Signal::INT, Signal::TERM]) {
        let case = case();
        let ran = stopped(&case, signal, moment, &[]);
        let entries = case.entries();
        let done = entries == ["batches", "batches.manifest.json", "source.sqlite"];
        ran.check(
            done || entries == ["source.sqlite"],
            format!("all or nothing at {moment:?}"),
        );
        if done {
            case.verify().succeeds();
        }
    }
}

#[test]
fn a_killed_job_leaves_the_old_output_or_a_whole_new_one() {
    for (moment, signal) in moments(&[Signal::KILL]) {
        let case = case();
        case.run()
            .args(["--tables", "t", "--key", "id", "--format", "csv"])
            .succeeds();
        let ran = stopped(&case, signal, moment, &["--force"]);
        let files = case.files();
        let old = files == ["batch-0000001-0002000.csv"];
        ran.check(
            old || files.len() == 20,
            format!("old or new at {moment:?}: {files:?}"),
        );
        case.verify().succeeds();
        case.run()
            .args(["--tables", "t", "--key", "id", "--force"])
            .succeeds();
        assert_eq!(
            case.entries(),
            ["batches", "batches.manifest.json", "source.sqlite"],
            "nothing of {moment:?} is left"
        );
    }
}

#[test]
fn the_modes_of_what_is_published_are_those_of_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let case = case();
    case.run().args(["--tables", "t", "--key", "id"]).succeeds();
    case.write("plain", "");
    fs::create_dir(case.path("folder")).expect("a folder");
    let mode = |name: &str| {
        fs::metadata(case.path(name))
            .expect("it is there")
            .permissions()
            .mode()
    };
    assert_eq!(mode("batches"), mode("folder"));
    assert_eq!(mode("batches.manifest.json"), mode("plain"));
    assert_eq!(mode(&format!("batches/{}", case.files()[0])), mode("plain"));
}

fn case() -> Case {
    Case::with(System::Sqlite, &[Table::notes("t").ids(1..=2000)])
}

/// A job takes about 50 ms. The moments reach from its start until after its end.
fn moments(signals: &[Signal]) -> impl Iterator<Item = (Duration, Signal)> {
    let signals = signals.to_vec();
    (0..24).map(move |step| {
        (
            Duration::from_millis(step * 3),
            signals[usize::try_from(step).unwrap_or(0) % signals.len()],
        )
    })
}

fn stopped(case: &Case, signal: Signal, moment: Duration, args: &[&str]) -> Ran {
    let job = ["--tables", "t", "--key", "id", "--batch-rows", BATCH_ROWS];
    let mut running = case.run().args(job).args(args).start();
    std::thread::sleep(moment);
    if running.runs() {
        running.signal(signal);
    }
    running.end()
}
