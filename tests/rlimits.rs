//! Limits of the process: file size, open files, address space.

use crate::harness::{Case, Ran, Spot, System, Table, Type, binary, native, tell};

/// The exit code that a shell shows for a process that SIGABRT or SIGSEGV ended. The harness has none.
const ABORTED: Option<i32> = None;

#[test]
fn a_limit_on_the_size_of_files_fails_the_job_with_5() {
    let limits = (0..80).map(|step| format!("--fsize={}", step * 4096));
    limited(System::Sqlite, limits, &[Some(0), Some(5)]);
}

#[test]
fn a_limit_on_open_files_fails_the_job_with_3_4_or_5() {
    for system in System::ALL {
        // With fewer than 4, the loader can't even open the libraries.
        limited(
            system,
            (4..44).map(|files| format!("--nofile={files}")),
            &[Some(0), Some(3), Some(4), Some(5)],
        );
    }
}

/// If memory can't be allocated, Rust aborts (below 60 MB, the loader might give up with 127). If a thread's stack can't be
/// allocated, the job exits with code 4; if SQLite gets no memory, with code 3.
#[test]
fn a_limit_on_address_space_ends_the_job_and_the_next_one_removes_what_it_left() {
    let limits = (50..90)
        .chain((90..260).step_by(10))
        .map(|mb| format!("--as={}", mb * 1_000_000));
    let codes = [0, 3, 4, 5, 127].map(Some);
    limited(System::Sqlite, limits, &[&codes[..], &[ABORTED]].concat());
}

/// Runs a job under each limit. It exits with one of the codes, and unless it succeeds, the old result is unchanged.
fn limited(system: System, limits: impl Iterator<Item = String>, codes: &[Option<i32>]) {
    let columns = [("id", Type::BigInt), ("note", Type::Varchar(100))];
    let table = (0..3000).fold(Table::new("t", &columns), |table, id| {
        table.row_of(id, &format!("{id:0100}"))
    });
    let case = Case::with(system, &[table]);
    let [before, spot] = ["before", "spot"].map(|name| Spot::at(case.path(name)));
    let job = |spot: &Spot, batch_rows: &str| {
        let csv = spot.job(&case).args(["--format", "csv"]);
        csv.args(["--batch-rows", batch_rows])
    };
    job(&before, "1000").succeeds();
    let (mut counts, mut kinds) = ([0; 2], String::new());
    for limit in limits {
        if is_below_python(&case, &limit) {
            continue;
        }
        spot.become_copy_of(&before);
        let ran = job(&spot, "1500")
            .under("prlimit", [limit.as_str(), "--"])
            .end();
        ran.check(
            codes.contains(&ran.code()),
            format!("{limit}: exits with one of {codes:?}"),
        );
        let succeeded = ran.code() == Some(0);
        counts[usize::from(succeeded)] += 1;
        note(&mut kinds, &ran);
        // If memory can't be allocated, Rust prints its own message before it aborts.
        let panics = ["internal error", "panicked"].map(|word| ran.stderr.contains(word));
        ran.check(
            ran.code().is_none() || panics == [false; 2],
            format!("{limit}: nothing panics"),
        );
        if ran.code().is_some() && !succeeded {
            ran.check(
                spot.tree() == before.tree(),
                format!("{limit}: nothing has changed"),
            );
        }
        let verified = case.command().arg("verify").arg(spot.out()).succeeds();
        let is_old = spot.tree() == before.tree();
        verified.check(
            is_old != succeeded,
            format!("{limit}: the old or the new result"),
        );
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    tell(&format!(
        "{system:?}: {} jobs failed under their limit and {} succeeded; exit codes{kinds}",
        counts[0], counts[1]
    ));
}

/// Whether a wheel's command can't start under this limit, because Python or the loading of its module fails.
fn is_below_python(case: &Case, limit: &str) -> bool {
    let is_script = native() != binary();
    is_script && {
        let start = case.command().arg("-V").under("prlimit", [limit, "--"]);
        start.end().code() != Some(0)
    }
}

fn note(kinds: &mut String, ran: &Ran) {
    let kind = ran
        .code()
        .map_or(" aborted".to_owned(), |code| format!(" {code}"));
    if !kinds.contains(&kind) {
        kinds.push_str(&kind);
    }
}
