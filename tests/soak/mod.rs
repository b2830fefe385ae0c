//! Runs with random faults of every kind, all determined by a seed. Each run publishes exactly the rows that it should, or
//! fails cleanly.
//!
//! `SOAK_SEED` replays a run, and `SOAK_RUNS` sets the number of runs; `make soak` makes 200.

mod source;
mod trouble;

use crate::harness::accounts::{self, Moves};
use crate::harness::{
    Case, Dice, ENCODED_PASSWORD, Firstseen, PASSWORD, Pooler, Proxy, Ran, Spot, Strace, System,
    Tree, tell,
};
use source::Source;
use std::collections::BTreeMap;
use trouble::Trouble;

/// The number of runs when this runs among all other tests.
const FEW_RUNS: usize = 60;

/// Statistics of the runs.
#[derive(Debug, Default)]
struct Tally {
    complete: usize,
    failed_cleanly: usize,
    killed: usize,
    /// Complete runs that verified a snapshot while amounts moved.
    proved: usize,
    /// For each kind of trouble, how many runs were complete and how many weren't.
    by_trouble: BTreeMap<&'static str, [usize; 2]>,
}

#[test]
fn runs_with_random_faults_are_complete_or_fail_cleanly() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let runs = number("SOAK_RUNS").map_or(FEW_RUNS, |runs: u64| {
        usize::try_from(runs).expect("a number of runs")
    });
    let seed = number("SOAK_SEED").unwrap_or(0x5eed);
    let mut tally = Tally::default();
    let mut dice = Dice::new(seed);
    for (turn, system) in System::ALL.into_iter().enumerate() {
        let share = runs / 3 + usize::from(turn < runs % 3);
        let source = Source::new(system, &mut dice);
        for number in 0..share {
            let run = Run::any(&source, &mut dice);
            // Shown if the test fails.
            println!("SOAK_SEED={seed} SOAK_RUNS={runs}: run {number} of {system:?}: {run:?}");
            run.take(&mut dice, &mut tally);
        }
    }
    tell(&format!(
        "SOAK_SEED={seed} SOAK_RUNS={runs}: {tally:?}, silent losses 0, leftovers 0"
    ));
    assert_eq!(tally.complete + tally.failed_cleanly + tally.killed, runs);
    assert!(tally.complete > 0 && tally.failed_cleanly > 0, "{tally:?}");
}

/// A job, and what happens to it.
#[derive(Debug)]
struct Run<'a> {
    source: &'a Source,
    trouble: Trouble,
    workers: usize,
    snapshot: &'static str,
    checks_counts: bool,
    /// Whether amounts move during the run.
    moving: bool,
}

impl<'a> Run<'a> {
    fn any(source: &'a Source, dice: &mut Dice) -> Self {
        let snapshot = *dice.pick(&["auto", "auto", "require", "off"]);
        let trouble = Trouble::any(source.system(), dice);
        Self {
            source,
            workers: 1 + dice.below(6),
            snapshot,
            checks_counts: snapshot != "off" && dice.one_in(3),
            // A copy of a file that is being written could be inconsistent even before it is cut.
            moving: dice.one_in(3) && !matches!(trouble, Trouble::CutFile(_)),
            trouble,
        }
    }

    fn case(&self) -> &Case {
        &self.source.case
    }

    fn spot(&self) -> &Spot {
        &self.source.spot
    }

    /// Runs the job, and checks what it leaves.
    fn take(&self, dice: &mut Dice, tally: &mut Tally) {
        let moves = self.moving.then(|| Moves::begin(self.case()));
        let undo = self.trouble.prepare(self.case());
        let before = self.spot().tree();
        let ran = self.troubled();
        let complete = ran.code() == Some(0);
        ran.check(
            !complete || !self.trouble.must_fail(),
            "a job that can't be done fails",
        );
        if complete {
            tally.complete += 1;
            self.is_complete(&ran);
        } else if ran.code().is_none() {
            ran.check(self.trouble.ends_by(&ran), "the test's signal ended it");
            tally.killed += 1;
            self.is_swept(&ran, &before);
        } else {
            tally.failed_cleanly += 1;
            let codes = self.codes();
            ran.check(
                ran.code().is_some_and(|code| codes.contains(&code)),
                format!("exits with one of {codes:?}"),
            );
            ran.check(self.spot().tree() == before, "nothing has changed");
        }
        let counts = tally.by_trouble.entry(self.trouble.name()).or_default();
        counts[usize::from(!complete)] += 1;
        self.trouble.undo(self.case(), undo);
        if let Some(moves) = moves {
            moves.end();
            tally.proved += usize::from(complete && self.snapshot_of_result() != "none");
        }
        if complete && self.trouble == Trouble::Flipped {
            self.finds_a_changed_byte(dice);
        }
        let mut ran = ran.never_says("panicked").never_says("internal error");
        for secret in [PASSWORD, ENCODED_PASSWORD] {
            ran = ran.never_says(secret);
        }
        self.leaves_no_session(&ran);
    }

    /// The exit codes with which it may fail.
    fn codes(&self) -> Vec<i32> {
        let mut codes = self.trouble.codes().to_vec();
        // If a snapshot can't be verified, or the tables change too fast for one.
        if self.snapshot == "require" || self.moving {
            codes.push(3);
        }
        codes
    }

    fn troubled(&self) -> Ran {
        let database = &self.case().database;
        let proxy = match &self.trouble {
            Trouble::OnTheWay(way, fault) => {
                Some((*way, Proxy::with(database.port(), fault.clone())))
            }
            _ => None,
        };
        let pooler = match &self.trouble {
            Trouble::Pooled(pooling, size) => Some(Pooler::start(database.name(), *pooling, *size)),
            _ => None,
        };
        let source = match (&proxy, &self.trouble) {
            _ if pooler.is_some() => pooler.as_ref().map(Pooler::url).unwrap_or_default(),
            (Some((way, proxy)), _) => database.url_by(*way, proxy.port()),
            (None, Trouble::CutFile(_)) => {
                format!("sqlite://{}", self.case().path("cut.sqlite").display())
            }
            (None, _) => database.url(),
        };
        let job = self.job().env("FIRSTSEEN_SOURCE", source);
        let twin = (self.trouble == Trouble::Twin).then(|| job.again().start());
        let running = self.under(job).start();
        self.trouble.interfere(self.case(), &running);
        let ran = running.end();
        let Some(twin) = twin else {
            return ran;
        };
        // Either job can be the first. One of them publishes, unless something else prevents it.
        let twin = twin.end();
        let codes = [&ran, &twin].map(Ran::code);
        ran.check(
            codes.iter().filter(|code| **code == Some(6)).count() < 2,
            format!("at least one doesn't find the target in use: {codes:?}"),
        );
        if ran.code() == Some(6) { twin } else { ran }
    }

    fn job(&self) -> Firstseen {
        let tables = format!("t1,t2,t3,t4,{}", accounts::TABLES.join(","));
        let workers = self.workers.to_string();
        let job = ["run", "--tables", &tables, "--key", "id", "--format", "csv"];
        let waits = [
            "--connect-timeout-secs",
            "2",
            "--read-timeout-secs",
            "2",
            "--lock-wait-secs",
            "1",
        ];
        let job = self.case().command().args(job).args(waits);
        let job = job.args(["--workers", &workers, "--snapshot", self.snapshot]);
        let job = job.args([
            "--batch-rows",
            "1000",
            "--force",
            "-q",
            "--out",
            "out/batches",
        ]);
        let job = job.args(self.checks_counts.then_some("--check-counts"));
        job.args(self.trouble.flags())
    }

    fn under(&self, job: Firstseen) -> Firstseen {
        match &self.trouble {
            Trouble::Limit(limit) => job.under("prlimit", [limit.as_str(), "--"]),
            Trouble::Call(call, error, ordinal) => {
                let spot = self.spot();
                let batches = (0..7).map(|batch| {
                    let (first, last) = (batch * 1000 + 1, batch * 1000 + 1000);
                    spot.staged(&format!("batch-{first:07}-{last:07}.csv"))
                });
                let mut paths = spot.publication_paths();
                paths.extend(batches);
                let strace = Strace::listing(self.case()).on(&paths);
                strace.inject(call, error, Some(*ordinal)).run(job)
            }
            _ => job,
        }
    }

    /// Checks that all rows are there, in order, and nothing else, and that the amounts add up if a snapshot was verified.
    fn is_complete(&self, ran: &Ran) {
        let rows = self.spot().lines(1).into_iter().map(|line| row(&line));
        let (accounts, rows): (Vec<_>, Vec<_>) = rows.partition(|[id, _]| *id >= accounts::FIRST);
        ran.check(
            self.source.expects(&rows, self.trouble.instead()),
            "exactly the first rows",
        );
        let all = i64::try_from(accounts.len()) == Ok(accounts::ALL_ROWS);
        ran.check(all, "all accounts");
        let sum: i64 = accounts.iter().map(|[_, amount]| amount).sum();
        ran.check(
            self.snapshot_of_result() == "none" || sum == accounts::SUM,
            format!("the amounts add up to {sum}"),
        );
        let totals = &self.manifest()["totals"];
        let number = |name: &str| totals[name].as_u64().unwrap_or_else(|| panic!("{name}"));
        ran.check(
            number("rows_read") == number("new") + number("duplicates") + number("null_drops"),
            format!("the counts add up: {totals}"),
        );
        self.is_tidy(ran);
    }

    fn manifest(&self) -> serde_json::Value {
        self.spot().manifest().expect("a manifest")
    }

    fn snapshot_of_result(&self) -> String {
        let manifest = self.manifest();
        manifest["snapshot"]
            .as_str()
            .expect("a snapshot")
            .to_owned()
    }

    /// Checks that the next command removes or completes what a killed run left.
    fn is_swept(&self, ran: &Ran, before: &Tree) {
        let verified = self.verify().end();
        if self.spot().tree() == *before {
            self.is_tidy(ran);
        } else {
            self.is_complete(&verified.exits_with(0));
        }
    }

    fn verify(&self) -> Firstseen {
        self.case().command().args(["verify", "out/batches"])
    }

    fn is_tidy(&self, ran: &Ran) {
        let tree = self.spot().tree();
        let mut entries = tree.keys().map(|path| path.display().to_string());
        let tidy = entries.all(|name| {
            name == "batches" || name == "batches.manifest.json" || name.starts_with("batches/")
        });
        ran.check(tidy, "nothing is left next to the output");
    }

    /// Checks that `verify` names the batch file in which a byte was changed.
    fn finds_a_changed_byte(&self, dice: &mut Dice) {
        let path = dice.pick(&self.spot().batches()).clone();
        let bytes = std::fs::read(&path).expect("a batch file");
        let mut changed = bytes.clone();
        let place = dice.below(bytes.len());
        changed[place] ^= 1 << dice.below(8);
        std::fs::write(&path, &changed).expect("a changed file");
        let name = path.file_name().expect("a name").to_string_lossy();
        let found = self.verify().fails_with(4);
        found.check(
            found.stdout.contains(&*name) || found.stderr.contains(&*name),
            format!("{name} is named"),
        );
        std::fs::write(&path, &bytes).expect("the file as it was");
        self.verify().succeeds();
    }

    fn leaves_no_session(&self, ran: &Ran) {
        ran.check(
            self.case().database.sessions_left() == 0,
            "no session is left on the server",
        );
    }
}

/// Parses a line of CSV.
fn row(line: &str) -> [i64; 2] {
    let cells = line.split(',').map(|cell| cell.parse().expect("a number"));
    let cells: Vec<i64> = cells.collect();
    cells.try_into().expect("two columns")
}
