//! Disks that are full, that fail, or that lose what was written: the job fails cleanly, with exit code 5.

use crate::harness::{Case, Mount, Ran, Spot, Strace, System, Table, tell};
use std::fs;
use std::path::PathBuf;

/// A source that can't be reached: a job that ends with another error hasn't connected to it.
const UNREACHABLE: &str = "mysql://reader@127.0.0.1:1/none";

#[test]
fn a_disk_that_becomes_full_anywhere_leaves_the_target_as_it_was() {
    for has_old in [false, true] {
        let case = wide();
        let Some(mount) = Mount::tmpfs(&case.path("small"), "size=4m") else {
            return;
        };
        let kib = (1100..).step_by(48).map(|kib| format!("size={kib}k"));
        shrinks(&case, &mount, has_old, kib, "sizes");
    }
}

#[test]
fn a_disk_that_runs_out_of_files_anywhere_leaves_the_target_as_it_was() {
    for has_old in [false, true] {
        let case = wide();
        let Some(mount) = Mount::tmpfs(&case.path("small"), "size=8m") else {
            return;
        };
        let inodes = (9..).map(|inodes| format!("nr_inodes={inodes}"));
        shrinks(&case, &mount, has_old, inodes, "numbers of files");
    }
}

#[test]
fn a_disk_that_is_full_already_is_refused_before_any_query() {
    let case = Case::on(System::Sqlite);
    let Some(mount) = Mount::tmpfs(&case.path("small"), "size=1m") else {
        return;
    };
    let spot = Spot::at(mount.folder().join("spot"));
    let job = [
        "run",
        "--source",
        UNREACHABLE,
        "--tables",
        "t",
        "--key",
        "id",
        "--out",
    ];
    let command = || case.command().args(job).arg(spot.out());
    fs::write(mount.folder().join("filler"), vec![1; 64 << 10]).expect("a file");
    command()
        .fails_with(5)
        .says("bytes of free space")
        .says("--out");
    mount.again("size=4m,nr_inodes=5");
    command().fails_with(5).says("only").says("more files");
    assert!(spot.tree().is_empty());
}

#[test]
fn a_disk_that_may_be_too_small_is_warned_of() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, note TEXT)",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60000) \
         INSERT INTO t SELECT n % 10, 'n' FROM c",
        "ANALYZE",
    ]);
    let Some(mount) = Mount::tmpfs(&case.path("small"), "size=1100k") else {
        return;
    };
    let spot = Spot::at(mount.folder().join("spot"));
    spot.job(&case).succeeds().says("if all rows were distinct");
    mount.again("size=4m");
    spot.job(&case)
        .succeeds()
        .never_says("if all rows were distinct");
}

#[test]
fn an_error_of_any_system_call_fails_the_job_or_is_none() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=6)]);
    let [before, spot] = ["before", "spot"].map(|name| Spot::at(case.path(name)));
    before.job(&case).args(["--batch-rows", "4"]).succeeds();
    let small = || spot.job(&case).args(["--batch-rows", "2"]);
    let (mut tried, mut failed) = (0, 0);
    let written = [
        "manifest.json.partial",
        "batches/batch-0000003-0000004.parquet",
    ];
    let written = written.map(|name| vec![spot.path(".batches.firstseen").join(name)]);
    for paths in written.into_iter().chain([spot.publication_paths()]) {
        spot.become_copy_of(&before);
        let strace = Strace::listing(&case).on(&paths);
        strace.run(small()).succeeds();
        // Rust's standard library assumes that closing a folder that was only listed can't fail.
        let is_folder = |call: &str| call == "close" && paths.len() > 1;
        for (call, times) in strace
            .calls()
            .into_iter()
            .filter(|(call, _)| !is_folder(call))
        {
            for ordinal in 1..=times {
                spot.become_copy_of(&before);
                let failing = strace.clone().inject(&call, "error=EIO", Some(ordinal));
                let ran = failing.run(small()).end();
                is_as_before_or_whole(&case, &before, &spot, &ran, &call);
                never_syncs_again(&failing, &ran);
                tried += 1;
                failed += usize::from(ran.code() != Some(0));
            }
        }
    }
    tell(&format!(
        "{tried} system calls failed with EIO: {failed} jobs failed cleanly, the others were complete"
    ));
}

#[test]
fn bytes_that_a_disk_loses_without_a_word_fail_the_job() {
    for format in ["parquet", "arrow", "csv", "ndjson", "pickle"] {
        let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=6)]);
        let spot = Spot::at(case.path("spot"));
        let extension = if format == "pickle" {
            String::new()
        } else {
            format!(".{format}")
        };
        let file = spot.staged(&format!("batch-0000001-0000006{extension}"));
        let losing = Strace::listing(&case)
            .on([&file])
            .inject("write", "retval=10", Some(1));
        let ran = losing
            .run(spot.job(&case).args(["--format", format]))
            .fails_with(5);
        ran.says("bytes were written");
        assert!(spot.tree().is_empty(), "{:?}", spot.tree().keys());
    }
}

/// A table whose result is about 2.4 MB in thirty files.
fn wide() -> Case {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, note TEXT)",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) \
         INSERT INTO t SELECT n, hex(randomblob(400)) FROM c",
    ]);
    case
}

/// Runs a job under each limit, until three have succeeded.
fn shrinks(
    case: &Case,
    mount: &Mount,
    has_old: bool,
    limits: impl Iterator<Item = String>,
    what: &str,
) {
    let [before, spot] = [case.path("before"), mount.folder().join("spot")].map(Spot::at);
    // Rows that are fetched are written by the same code, while the workers go on.
    let read = if has_old { "keys-first" } else { "whole" };
    let format = ["--format", "csv", "--batch-rows", "100", "--read", read];
    if has_old {
        before
            .job(case)
            .args(["--where", "id <= 5", "--batch-rows", "3"])
            .succeeds();
    }
    let (mut failed, mut succeeded) = (0, 0);
    for limit in limits {
        spot.become_copy_of(&before);
        mount.again(&limit);
        let ran = spot.job(case).args(format).end();
        is_as_before_or_whole(case, &before, &spot, &ran, "");
        if ran.code() == Some(5) {
            ran.says("free some space");
            failed += 1;
        } else {
            succeeded += 1;
        }
        if succeeded == 3 {
            break;
        }
    }
    assert!(failed > 3, "{failed} failed");
    tell(&format!(
        "a disk of {} {what}: {failed} jobs failed cleanly, {succeeded} were complete",
        failed + succeeded
    ));
}

/// Checks that the job failed with an exit code and left the target as it was, or succeeded with a whole result. The staging
/// folder may remain if removing it was what failed, or if it can't be locked, since it could then belong to another job.
fn is_as_before_or_whole(case: &Case, before: &Spot, spot: &Spot, ran: &Ran, call: &str) {
    let removes = ["flock", "unlink", "unlinkat", "rmdir", "open", "openat"].contains(&call);
    let staging = PathBuf::from(".batches.firstseen");
    let mut tree = spot.tree();
    let left: Vec<_> = tree
        .keys()
        .filter(|path| path.starts_with(&staging))
        .cloned()
        .collect();
    ran.check(
        left.is_empty() || removes,
        format!("nothing is left after {call}: {left:?}"),
    );
    tree.retain(|path, _| !path.starts_with(&staging));
    match ran.code() {
        // Code 6: the manifest of the old result can't be opened.
        Some(5 | 6) => ran.check(
            tree == before.tree(),
            format!("the target is unchanged after {call}"),
        ),
        code => {
            ran.check(code == Some(0), format!("exit code 5 or 0 after {call}"));
            case.command().arg("verify").arg(spot.out()).succeeds();
        }
    }
    // Not `rename`: the first one only checks whether the old folder can be moved.
    let must_fail = ["fsync", "write", "renameat2", "mkdir", "copy_file_range"];
    ran.check(
        !must_fail.contains(&call) || ran.code() == Some(5),
        format!("a failing {call} makes the job fail"),
    );
}

/// A failed fsync might have dropped the pages, so a second fsync would wrongly succeed.
fn never_syncs_again(strace: &Strace, ran: &Ran) {
    let log = fs::read_to_string(strace.log()).expect("strace writes a log");
    let mut later = log
        .lines()
        .skip_while(|line| !(line.contains("fsync(") && line.contains("INJECTED")));
    let _failed = later.next();
    ran.check(
        !later.any(|line| line.contains("fsync(")),
        format!("no fsync after a failed one:\n{log}"),
    );
}
