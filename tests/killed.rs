//! `kill -9` at every system call that publishing makes leaves no folder, the old folder, or a whole new one, and the next
//! command completes the work. strace kills right before the call. After the last call, the job is done.

use crate::harness::{Case, Firstseen, Spot, Strace, System, Table, tell};
use std::path::PathBuf;
use std::time::Instant;

#[test]
fn a_job_killed_at_any_call_leaves_nothing_or_the_whole_result() {
    kill_everywhere("to a free target", &Sweep::new(false, &[]));
}

#[test]
fn a_replacing_job_killed_at_any_call_leaves_the_old_result_or_the_new_one() {
    kill_everywhere("over an old result", &Sweep::new(true, &[]));
}

#[test]
fn the_same_holds_where_the_kernel_has_no_exchange() {
    kill_everywhere(
        "over an old result without exchange",
        &Sweep::new(true, &NO_EXCHANGE),
    );
}

#[test]
fn a_command_killed_while_it_ends_a_cut_publication_leaves_that_to_the_next() {
    let begun = Instant::now();
    let mut moments = 0;
    for (has_old, injected, call, ordinal) in CUTS {
        let sweep = Sweep::new(has_old, injected);
        let cut = Spot::at(sweep.case.path("cut"));
        cut.become_copy_of(&sweep.before);
        sweep.killed(&cut, &cut.publication_paths(), call, ordinal);
        let verify = |spot: &Spot| sweep.verify(spot);
        let end = |spot: &Spot| {
            let ran = sweep.verify(spot).end();
            sweep.is_settled(spot, ran.code() == Some(0));
        };
        let publication = sweep.spot.publication_paths();
        moments += sweep.each_call(&cut, &publication, &verify, &end);
    }
    let took = begun.elapsed();
    tell(&format!(
        "killed at {moments} moments of completing {} cut publications, {took:.1?}",
        CUTS.len()
    ));
}

/// Makes a kernel or a filesystem look as if it didn't support the flags of `renameat2`.
const NO_EXCHANGE: [(&str, &str); 1] = [("renameat2", "error=ENOSYS")];

type Injected = &'static [(&'static str, &'static str)];

/// Publications that are cut right before a call: before the folder moves, before the manifest moves, with or without an old
/// result, and between the two renames that replace an exchange.
const CUTS: [(bool, Injected, &str, usize); 5] = [
    (false, &[], "rename", 2),
    (false, &[], "renameat2", 1),
    (true, &[], "renameat2", 1),
    (true, &[], "rename", 2),
    (true, &NO_EXCHANGE, "rename", 3),
];

/// The batch files of the new result.
const FILES: [&str; 3] = [
    "batch-0000001-0000002.parquet",
    "batch-0000003-0000004.parquet",
    "batch-0000005-0000006.parquet",
];

/// A job that is killed at each call in turn.
struct Sweep {
    case: Case,
    /// What exists before the job.
    before: Spot,
    /// Where the job publishes.
    spot: Spot,
    /// The files of the old result, as its manifest lists them, and of the new one.
    old: Option<serde_json::Value>,
    new: Option<serde_json::Value>,
    injected: Injected,
}

impl Sweep {
    fn new(has_old: bool, injected: Injected) -> Self {
        let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=6)]);
        let [before, spot] = ["before", "spot"].map(|name| Spot::at(case.path(name)));
        let mut sweep = Self {
            case,
            before,
            spot,
            old: None,
            new: None,
            injected,
        };
        sweep.job(&sweep.spot).succeeds();
        sweep.new = sweep.spot.listed_files();
        if has_old {
            sweep.job_of_batches(&sweep.before, "4").succeeds();
            sweep.old = sweep.before.listed_files();
        }
        sweep
    }

    fn job(&self, spot: &Spot) -> Firstseen {
        self.job_of_batches(spot, "2")
    }

    fn job_of_batches(&self, spot: &Spot, batch_rows: &str) -> Firstseen {
        let quiet = spot.job(&self.case).arg("--quiet");
        quiet.args(["--batch-rows", batch_rows])
    }

    fn verify(&self, spot: &Spot) -> Firstseen {
        self.case.command().arg("verify").arg(spot.out())
    }

    fn strace(&self, paths: &[PathBuf]) -> Strace {
        let listing = Strace::listing(&self.case).on(paths);
        self.injected.iter().fold(listing, |strace, (call, what)| {
            strace.inject(call, what, None)
        })
    }

    /// Runs the job at `spot`, and kills it right before this call.
    fn killed(&self, spot: &Spot, paths: &[PathBuf], call: &str, ordinal: usize) {
        let strace = self
            .strace(paths)
            .inject(call, "signal=KILL", Some(ordinal));
        let ran = strace.run(self.job(spot)).end();
        ran.check(ran.was_killed(), format!("killed at {call} {ordinal}"));
    }

    /// Starting from `state`, runs `command` once for each call that touches one of the paths, kills it right before the call,
    /// and then runs `next`. Returns how many calls there were.
    fn each_call(
        &self,
        state: &Spot,
        paths: &[PathBuf],
        command: &dyn Fn(&Spot) -> Firstseen,
        next: &dyn Fn(&Spot),
    ) -> usize {
        self.spot.become_copy_of(state);
        let strace = self.strace(paths);
        let whole = strace.run(command(&self.spot)).end();
        whole.check(whole.code().is_some(), "it ends without being killed");
        let mut moments = 0;
        for (call, times) in strace.calls() {
            if self.injected.iter().any(|(injected, _)| *injected == call) {
                continue;
            }
            for ordinal in 1..=times {
                self.spot.become_copy_of(state);
                let killing = strace.clone().inject(&call, "signal=KILL", Some(ordinal));
                let ran = killing.run(command(&self.spot)).end();
                ran.check(
                    ran.was_killed(),
                    format!("killed at {call} {ordinal} of {times}"),
                );
                next(&self.spot);
                moments += 1;
            }
        }
        moments
    }

    /// Checks that there is one whole result and nothing else, or nothing at all if there was none before. Returns whether it
    /// is the new one.
    fn is_settled(&self, spot: &Spot, verifies: bool) -> bool {
        let found = spot.listed_files();
        let tops = spot
            .tree()
            .into_keys()
            .filter(|path| path.components().count() == 1);
        let tops: Vec<_> = tops.collect();
        if self.old.is_none() && found.is_none() {
            assert!(tops.is_empty() && !verifies, "{tops:?}");
            return false;
        }
        assert!(found == self.old || found == self.new, "{found:?}");
        assert!(verifies, "everything that {found:?} lists can be verified");
        assert_eq!(
            tops,
            ["batches", "batches.manifest.json"].map(PathBuf::from)
        );
        found == self.new
    }
}

fn kill_everywhere(which: &str, sweep: &Sweep) {
    let begun = Instant::now();
    let whole = Spot::at(sweep.case.path("whole"));
    let completed = std::cell::Cell::new(0);
    let next = |spot: &Spot| {
        is_whole_as_it_stands(sweep, spot);
        whole.become_copy_of(spot);
        sweep.job(&whole).succeeds();
        assert!(sweep.is_settled(&whole, sweep.verify(&whole).end().code() == Some(0)));
        let is_new = sweep.is_settled(spot, sweep.verify(spot).end().code() == Some(0));
        completed.set(completed.get() + usize::from(is_new));
    };
    let job = |spot: &Spot| sweep.job(spot);
    let publication = sweep.spot.publication_paths();
    let mut moments = sweep.each_call(&sweep.before, &publication, &job, &next);
    for file in FILES {
        let file = [sweep.spot.staged(file)];
        moments += sweep.each_call(&sweep.before, &file, &job, &next);
    }
    let (completed, took) = (completed.get(), begun.elapsed());
    assert!(completed > 0, "some moments are after the first rename");
    tell(&format!(
        "killed at {moments} moments of a publication {which}: {completed} of them completed by the next command, {took:.1?}"
    ));
}

/// Checks, before any command looks at it, that the folder has the names of one result or doesn't exist.
fn is_whole_as_it_stands(sweep: &Sweep, spot: &Spot) {
    let tree = spot.tree();
    let names: Vec<_> = tree
        .keys()
        .filter_map(|path| path.strip_prefix("batches").ok()?.to_str())
        .filter(|name| !name.is_empty())
        .collect();
    let is_one_of = [&sweep.old, &sweep.new].into_iter().flatten().any(|files| {
        let files = files.as_array().expect("a list");
        files.len() == names.len()
            && files
                .iter()
                .zip(&names)
                .all(|(file, name)| file["name"] == **name)
    });
    let is_absent = !tree.contains_key(&PathBuf::from("batches"));
    assert!(is_one_of || is_absent, "{names:?}");
    let never_absent = sweep.old.is_some() && sweep.injected.is_empty();
    assert!(
        !(is_absent && never_absent),
        "an exchange leaves no moment without a folder"
    );
}
