//! What happens to a run.

use crate::harness::{Case, Dice, Fault, Link, Ran, Running, Spot, System, Way};
use rustix::process::Signal;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

/// Bytes that a server sends for the soak's tables, about.
const ALL_BYTES: usize = 220_000;

/// Packets that it sends, about.
const ALL_PACKETS: usize = 10_300;

/// Milliseconds that a job of these tables takes, about.
const ALL_MILLIS: usize = 70;

#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    Nothing,
    /// On its way to the server, encrypted or not.
    OnTheWay(Way, Fault),
    /// After so many milliseconds.
    Signal(u64, Signal),
    /// Stopped and continued after so many milliseconds.
    Pause(u64),
    /// Its sessions are ended on the server after so many milliseconds.
    Ended(u64),
    /// Another session holds a table.
    Locked,
    /// Another table takes the place of `t3` after so many milliseconds.
    Swapped(u64),
    /// What makes a table unfit, and what makes it fit again.
    Unfit(&'static str, &'static str),
    /// The file of the database is cut to so many thousandths.
    CutFile(usize),
    /// A limit of the process, as `prlimit` takes it.
    Limit(String),
    /// A system call on the output, of which the one of this number fails like this.
    Call(&'static str, &'static str, usize),
    /// Another job for the same folder at the same time.
    Twin,
    /// A file in the target that no job of ours wrote.
    Stray,
    /// Flags that can't be, and the exit code.
    Wrong([&'static str; 2], i32),
    /// A byte of a batch file is changed afterwards.
    Flipped,
}

/// Statements that make a table unfit, and those that make it fit again.
const UNFIT: [(&str, &str); 3] = [
    (
        "INSERT INTO t2 VALUES (NULL, 1)",
        "DELETE FROM t2 WHERE id IS NULL",
    ),
    (
        "ALTER TABLE t2 RENAME TO gone",
        "ALTER TABLE gone RENAME TO t2",
    ),
    (
        "ALTER TABLE t2 RENAME COLUMN amount TO lost",
        "ALTER TABLE t2 RENAME COLUMN lost TO amount",
    ),
];

const CALLS: [(&str, &str); 10] = [
    ("write", "error=ENOSPC"),
    ("write", "retval=10"),
    ("fsync", "error=EIO"),
    ("mkdir", "error=ENOSPC"),
    ("rename", "error=EIO"),
    ("renameat2", "error=EIO"),
    ("openat", "signal=KILL"),
    ("fsync", "signal=KILL"),
    ("rename", "signal=KILL"),
    ("renameat2", "signal=KILL"),
];

const WRONG: [([&str; 2], i32); 5] = [
    (["--prefix", "../x"], 2),
    (["--columns", "id,nothing"], 4),
    (["--where", "amount >"], 3),
    (["--partitions", "0"], 2),
    (["--tables", "t1"], 2),
];

impl Trouble {
    pub fn any(system: System, dice: &mut Dice) -> Self {
        let after = u64::try_from(dice.below(ALL_MILLIS)).expect("a small number");
        // A file has no server, and only a file can be cut.
        let kinds = if system == System::Sqlite { 14 } else { 20 };
        match dice.below(kinds) {
            0 => Self::Nothing,
            1 => Self::Signal(after, *dice.pick(&[Signal::INT, Signal::TERM])),
            2 => Self::Signal(after, Signal::KILL),
            3 => Self::Pause(after),
            4 => Self::Locked,
            5 => Self::Swapped(after),
            6 => {
                let (unfit, fit) = *dice.pick(&UNFIT);
                Self::Unfit(unfit, fit)
            }
            7 => Self::Limit(format!("--fsize={}", dice.below(40_000))),
            8 => Self::Limit(format!("--nofile={}", 4 + dice.below(40))),
            9 => {
                let (call, error) = *dice.pick(&CALLS);
                Self::Call(call, error, 1 + dice.below(6))
            }
            10 => Self::Twin,
            11 => Self::Stray,
            12 => {
                let (flags, code) = *dice.pick(&WRONG);
                Self::Wrong(flags, code)
            }
            13 if system == System::Sqlite => Self::CutFile(dice.below(1000)),
            13 | 14 => Self::Flipped,
            15 => Self::Ended(after),
            _ => {
                let way = *dice.pick(&Way::ALL);
                Self::OnTheWay(way, fault(system, way, dice))
            }
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::OnTheWay(_, Fault::Cut(_) | Fault::Packets(..)) => "cut",
            Self::OnTheWay(_, Fault::Reset(_)) => "reset",
            Self::OnTheWay(_, Fault::CutOne(..)) => "one cut",
            Self::OnTheWay(_, Fault::Silence(_)) => "silence",
            Self::OnTheWay(_, Fault::Crumbs | Fault::Slow(..) | Fault::Over(_)) => "slow",
            Self::Signal(_, Signal::KILL) => "kill -9",
            Self::Signal(..) => "signal",
            Self::Pause(_) => "stopped and continued",
            Self::Ended(_) => "sessions ended",
            Self::Locked => "locked",
            Self::Swapped(_) => "table swapped",
            Self::Unfit(..) => "unfit table",
            Self::CutFile(_) => "file cut",
            Self::Limit(_) => "limit",
            Self::Call(..) => "system call",
            Self::Twin => "two at once",
            Self::Stray => "stray file",
            Self::Wrong(..) => "wrong flag",
            Self::Flipped => "byte changed afterwards",
        }
    }

    /// Exit codes of a job that fails by it.
    pub fn codes(&self) -> &[i32] {
        match self {
            Self::Nothing | Self::Flipped | Self::Pause(_) => &[],
            Self::OnTheWay(..) | Self::Ended(_) | Self::Locked => &[3],
            Self::Signal(..) => &[130, 143],
            // A table that is swapped while it is looked up is not there, or not the same any more.
            Self::Swapped(_) | Self::CutFile(_) => &[3, 4],
            Self::Unfit(..) => &[4],
            Self::Limit(_) => &[3, 4, 5],
            Self::Call(..) => &[5],
            Self::Twin | Self::Stray => &[6],
            Self::Wrong(_, code) => std::slice::from_ref(code),
        }
    }

    /// Whether no job can be complete in spite of it.
    pub fn must_fail(&self) -> bool {
        matches!(self, Self::Unfit(..) | Self::Stray | Self::Wrong(..))
    }

    /// Whether it is by it that a signal ended the job, with no exit code: one that comes before the job can catch it, too.
    pub fn ends_by(&self, ran: &Ran) -> bool {
        match self {
            Self::Signal(_, Signal::KILL) => ran.was_killed(),
            Self::Call(_, what, _) => ran.was_killed() && *what == "signal=KILL",
            Self::Signal(..) => true,
            _ => false,
        }
    }

    /// Whether another table may have been read in the place of `t3`.
    pub fn swaps(&self) -> bool {
        matches!(self, Self::Swapped(_))
    }

    pub fn flags(&self) -> &[&'static str] {
        match self {
            Self::Wrong(flags, _) => flags,
            _ => &[],
        }
    }

    /// Before the run. What is given back is held until [`Trouble::undo`].
    pub fn prepare(&self, case: &Case) -> Option<Box<dyn std::any::Any>> {
        match self {
            Self::Locked => return Some(case.database.lock("t3")),
            Self::Unfit(unfit, _) => case.database.execute(unfit),
            Self::CutFile(thousandths) => {
                let whole = fs::read(case.path("source.sqlite")).expect("a file");
                case.write("cut.sqlite", &whole[..whole.len() * thousandths / 1000]);
            }
            Self::Stray => {
                Spot::at(case.path("out/batches"));
                case.write("out/batches/stray", "somebody's");
            }
            _ => {}
        }
        None
    }

    pub fn interfere(&self, case: &Case, running: &Running) {
        let wait = |millis: &u64| sleep(Duration::from_millis(*millis));
        match self {
            Self::Signal(after, signal) => {
                wait(after);
                running.try_signal(*signal);
            }
            Self::Pause(after) => {
                wait(after);
                running.try_signal(Signal::STOP);
                sleep(Duration::from_millis(300));
                running.try_signal(Signal::CONT);
            }
            Self::Ended(after) => {
                wait(after);
                case.database.end_sessions();
            }
            Self::Swapped(after) => {
                wait(after);
                swap(case, ["t3", "gone", "other"]);
            }
            _ => {}
        }
    }

    /// After the run.
    pub fn undo(&self, case: &Case, held: Option<Box<dyn std::any::Any>>) {
        drop(held);
        match self {
            Self::Unfit(_, fit) => case.database.execute(fit),
            Self::Swapped(_) => swap(case, ["t3", "other", "gone"]),
            Self::Stray => {
                let folder = case.path("out/batches");
                fs::remove_file(folder.join("stray")).expect("the file");
                // Only if it is empty.
                let _ = fs::remove_dir(folder);
            }
            _ => {}
        }
    }
}

/// Gives the first table the second name, and the third table the name of the first.
fn swap(case: &Case, [table, gone, other]: [&str; 3]) {
    if case.database.system() == System::MariaDb {
        let swap = format!("RENAME TABLE {table} TO {gone}, {other} TO {table}");
        case.database.execute(&swap);
    } else {
        case.database.execute_all(&[
            format!("ALTER TABLE {table} RENAME TO {gone}"),
            format!("ALTER TABLE {other} RENAME TO {table}"),
        ]);
    }
}

/// Encrypted packets can't be told apart.
fn fault(system: System, way: Way, dice: &mut Dice) -> Fault {
    let number =
        |below: usize, dice: &mut Dice| i64::try_from(dice.below(below)).expect("a small number");
    match dice.below(7) {
        0 => Fault::Cut(number(ALL_BYTES, dice)),
        1 => Fault::Reset(number(ALL_BYTES, dice)),
        2 => Fault::Over(Link {
            bytes_per_sec: 10_000_000,
            delay: Duration::from_millis(5),
        }),
        3 if way == Way::Plain => Fault::Packets(system, number(ALL_PACKETS, dice)),
        4 => Fault::CutOne(dice.below(7), number(ALL_BYTES / 4, dice)),
        5 => Fault::Silence(number(ALL_BYTES, dice)),
        _ => Fault::Slow(3000, Duration::from_millis(1)),
    }
}
