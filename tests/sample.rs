//! The sample job, which is the first one that a new user runs.

use crate::harness::{Case, System};
use std::path::Path;

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

fn sample() -> Case {
    let case = Case::on(System::Sqlite);
    sample_job(&case).succeeds();
    case
}

fn sample_job(case: &Case) -> crate::harness::Firstseen {
    let job = concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data/job.toml");
    case.command().args(["run", job, "--out", "batches"])
}
