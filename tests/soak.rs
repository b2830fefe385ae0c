//! Runs with random faults, all of them by a seed: each publishes exactly the rows that it should, or fails cleanly.
//!
//! `SOAK_RUNS` and `SOAK_SEED` replay or lengthen it; `make soak` takes 200 runs.

use crate::harness::{
    Case, Dice, Fault, NullKeys, Proxy, Ran, Row, Running, System, Table, keep_first,
};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

/// Runs of a test among all the others.
const FEW_RUNS: u64 = 24;

/// Bytes that a server sends for the tables below, about.
const ALL_BYTES: usize = 260_000;

/// Milliseconds that a job of these tables takes, about.
const ALL_MILLIS: usize = 120;

/// What happens to a run.
#[derive(Debug, Clone)]
enum Trouble {
    Nothing,
    /// On its way to the server.
    Way(Fault),
    /// After so many milliseconds.
    Signal(u64, Signal),
    /// Stopped and continued after so many milliseconds.
    Pause(u64),
    /// Its sessions are ended on the server after so many milliseconds.
    Ended(u64),
    /// Another session holds a table.
    Locked,
}

/// What became of the runs.
#[derive(Debug, Default)]
struct Tally {
    complete: u64,
    failed_cleanly: u64,
    killed: u64,
    by_trouble: BTreeMap<&'static str, u64>,
}

#[test]
fn runs_with_random_faults_are_complete_or_fail_cleanly() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let runs = number("SOAK_RUNS").unwrap_or(FEW_RUNS);
    let seed = number("SOAK_SEED").unwrap_or(0x5eed);
    let mut tally = Tally::default();
    let mut dice = Dice::new(seed);
    for (turn, system) in System::ALL.into_iter().enumerate() {
        let share = runs / 3 + u64::from(u64::try_from(turn).expect("few systems") < runs % 3);
        let soaked = Soaked::new(system, &mut dice);
        for _ in 0..share {
            soaked.run(&mut dice, &mut tally);
        }
    }
    println!("SOAK_SEED={seed} SOAK_RUNS={runs}: {tally:?}, silent losses 0, leftovers 0");
    assert_eq!(tally.complete + tally.failed_cleanly + tally.killed, runs);
    assert!(tally.complete > 0 && tally.failed_cleanly > 0, "{tally:?}");
}

/// Tables with many keys in common, and what must come of them.
struct Soaked {
    case: Case,
    expected: Vec<Vec<String>>,
}

impl Soaked {
    fn new(system: System, dice: &mut Dice) -> Self {
        let tables: Vec<Table> = ["t1", "t2", "t3", "t4"]
            .into_iter()
            .map(|name| {
                let ids: Vec<i64> = (0..2500)
                    .map(|_| i64::try_from(dice.below(6000)).expect("a small number"))
                    .collect();
                Table::notes(name).ids(ids)
            })
            .collect();
        let rows: Vec<Vec<Row>> = tables.iter().map(|table| table.rows.clone()).collect();
        let expected = keep_first(&rows, &[0], NullKeys::Error);
        let expected = crate::harness::told(&expected, "csv");
        let expected = expected
            .into_iter()
            .map(|row| row.into_iter().map(Option::unwrap_or_default).collect());
        Self {
            case: Case::with(system, &tables),
            expected: expected.collect(),
        }
    }

    /// One run, and what it leaves.
    fn run(&self, dice: &mut Dice, tally: &mut Tally) {
        let Self { case, .. } = self;
        let trouble = trouble(case.database.system(), dice);
        *tally.by_trouble.entry(trouble.name()).or_default() += 1;
        let workers = (dice.below(6) + 1).to_string();
        let before = case.entries();
        let _held = matches!(trouble, Trouble::Locked).then(|| case.database.lock("t3"));
        let ran = self.troubled(&trouble, &workers);
        if ran.code() == Some(0) {
            tally.complete += 1;
            self.is_complete(&ran, &trouble);
        } else if ran.code().is_none() {
            tally.killed += 1;
            self.is_swept(&ran, &trouble);
        } else {
            tally.failed_cleanly += 1;
            let known = [3, 130, 143].map(Some).contains(&ran.code());
            ran.check(known, format!("{trouble:?}: a known exit code"));
            ran.check(
                case.entries() == before,
                format!("{trouble:?}: all is as it was"),
            );
        }
        let ran = ran.never_says("panicked").never_says("internal error");
        self.leaves_no_session(&ran, &trouble);
    }

    fn troubled(&self, trouble: &Trouble, workers: &str) -> Ran {
        let (proxy, source) = match trouble {
            Trouble::Way(fault) => {
                let proxy = Proxy::with(self.case.database.port(), fault.clone());
                let source = self.case.database.url_by_port(proxy.port());
                (Some(proxy), source)
            }
            _ => (None, self.case.database.url()),
        };
        let running = self
            .case
            .command()
            .env("FIRSTSEEN_SOURCE", source)
            .args([
                "run",
                "--tables",
                "t1,t2,t3,t4",
                "--key",
                "id",
                "--format",
                "csv",
                "--force",
                "-q",
            ])
            .args([
                "--batch-rows",
                "1000",
                "--workers",
                workers,
                "--connect-timeout-secs",
                "2",
            ])
            .args(["--read-timeout-secs", "2", "--lock-wait-secs", "1"])
            .start();
        self.interfere(&running, trouble);
        let ran = running.end();
        drop(proxy);
        ran
    }

    fn interfere(&self, running: &Running, trouble: &Trouble) {
        match trouble {
            Trouble::Nothing | Trouble::Way(_) | Trouble::Locked => {}
            Trouble::Signal(after, signal) => {
                sleep(Duration::from_millis(*after));
                running.try_signal(*signal);
            }
            Trouble::Pause(after) => {
                sleep(Duration::from_millis(*after));
                running.try_signal(Signal::STOP);
                sleep(Duration::from_millis(300));
                running.try_signal(Signal::CONT);
            }
            Trouble::Ended(after) => {
                sleep(Duration::from_millis(*after));
                self.case.database.end_sessions();
            }
        }
    }

    /// All rows, in order, and nothing else.
    fn is_complete(&self, ran: &Ran, trouble: &Trouble) {
        let rows: Vec<Vec<String>> = self
            .case
            .files()
            .iter()
            .flat_map(|name| {
                let path = self.case.path("batches").join(name);
                let text = std::fs::read_to_string(path).expect("a batch file");
                let lines = text.lines().skip(1);
                lines
                    .map(|line| line.split(',').map(|cell| format!("s:{cell}")).collect())
                    .collect::<Vec<_>>()
            })
            .collect();
        ran.check(
            rows == self.expected,
            format!("{trouble:?}: exactly the rows that are first"),
        );
        self.is_tidy(ran, trouble);
    }

    /// What a killed run leaves is removed or completed by the next command.
    fn is_swept(&self, ran: &Ran, trouble: &Trouble) {
        let verified = self.case.verify().end();
        if self.case.path("batches").exists() {
            let ended = verified.exits_with(0);
            self.is_complete(&ended, trouble);
        } else {
            self.is_tidy(ran, trouble);
        }
    }

    fn is_tidy(&self, ran: &Ran, trouble: &Trouble) {
        let entries = self.case.entries();
        let known = ["batches", "batches.manifest.json", "source.sqlite"];
        let tidy = entries.iter().all(|name| known.contains(&name.as_str()));
        ran.check(
            tidy,
            format!("{trouble:?}: nothing is left beside the output"),
        );
    }

    fn leaves_no_session(&self, ran: &Ran, trouble: &Trouble) {
        for _ in 0..200 {
            if self.case.database.sessions() == 0 {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        ran.check(
            false,
            format!("{trouble:?}: no session is left on the server"),
        );
    }
}

fn trouble(system: System, dice: &mut Dice) -> Trouble {
    let mut millis = || u64::try_from(dice.below(ALL_MILLIS)).expect("a small number");
    let after = millis();
    let bytes = |dice: &mut Dice| i64::try_from(dice.below(ALL_BYTES)).expect("a small number");
    let kinds = if system == System::Sqlite { 5 } else { 11 };
    match dice.below(kinds) {
        0 => Trouble::Nothing,
        1 => Trouble::Signal(after, *dice.pick(&[Signal::INT, Signal::TERM])),
        2 => Trouble::Signal(after, Signal::KILL),
        3 => Trouble::Pause(after),
        4 => Trouble::Locked,
        5 => Trouble::Ended(after),
        6 | 7 => Trouble::Way(Fault::Cut(bytes(dice))),
        8 => Trouble::Way(Fault::CutOne(dice.below(7), bytes(dice) / 4)),
        9 => Trouble::Way(Fault::Silence(bytes(dice))),
        _ => Trouble::Way(Fault::Slow(3000, Duration::from_millis(1))),
    }
}

impl Trouble {
    fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Way(Fault::Cut(_)) => "cut",
            Self::Way(Fault::CutOne(..)) => "one cut",
            Self::Way(Fault::Silence(_)) => "silence",
            Self::Way(Fault::Crumbs | Fault::Slow(..)) => "slow",
            Self::Signal(_, Signal::KILL) => "kill -9",
            Self::Signal(..) => "signal",
            Self::Pause(_) => "stopped and continued",
            Self::Ended(_) => "sessions ended",
            Self::Locked => "locked",
        }
    }
}
