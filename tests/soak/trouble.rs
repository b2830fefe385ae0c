//! The troubles that can happen to a run.

use crate::harness::{Case, Dice, Fault, Link, Pooling, Ran, Running, Spot, System, Way};
use rustix::process::Signal;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

/// About how many bytes a server sends for the tables.
const ALL_BYTES: usize = 220_000;

/// About how many packets it sends.
const ALL_PACKETS: usize = 10_300;

/// About how many milliseconds a job on these tables takes.
const ALL_MILLIS: usize = 70;

#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    Nothing,
    /// A fault between job and server, encrypted or not.
    OnTheWay(Way, Fault),
    /// A signal after this many milliseconds.
    Signal(u64, Signal),
    /// Stopped after this many milliseconds, and continued.
    Pause(u64),
    /// The server ends the job's sessions after this many milliseconds.
    Ended(u64),
    /// Another session holds a lock on a table.
    Locked,
    /// Another table takes the place of `t3` after this many milliseconds.
    Swapped(u64),
    /// `t3` gets a child table after this many milliseconds.
    Grown(u64),
    /// What sessions inherit: a setting, and a value that firstseen's sessions must not keep.
    Inherited(&'static str, &'static str),
    /// Through a pooler with this many connections.
    Pooled(Pooling, usize),
    /// A statement that makes a table unreadable for the job, and one that undoes it.
    Unfit(&'static str, &'static str),
    /// The database file is cut to this many thousandths of its size.
    CutFile(usize),
    /// A limit of the process, in `prlimit`'s form.
    Limit(String),
    /// A system call on the output. The call with this number fails in this way.
    Call(&'static str, &'static str, usize),
    /// Another job for the same folder at the same time.
    Twin,
    /// A file in the target that firstseen didn't write.
    Stray,
    /// Invalid flags, and the exit code.
    Wrong([&'static str; 2], i32),
    /// A byte of a batch file is changed after the run.
    Flipped,
}

/// Statements that make a table unreadable for the job, and statements that undo them.
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

const INHERITED_OF_MARIADB: [(&str, &str); 5] = [
    ("sql_select_limit", "7"),
    ("sql_mode", "'ANSI_QUOTES,PIPES_AS_CONCAT'"),
    ("time_zone", "'-11:00'"),
    ("group_concat_max_len", "4"),
    ("max_sort_length", "8"),
];

const INHERITED_OF_POSTGRES: [(&str, &str); 6] = [
    ("statement_timeout", "'5ms'"),
    ("DateStyle", "'German'"),
    ("enable_seqscan", "off"),
    ("synchronize_seqscans", "on"),
    ("client_encoding", "LATIN1"),
    ("default_transaction_isolation", "serializable"),
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
        let kinds = match system {
            System::Sqlite => 14,
            System::MariaDb => 21,
            System::Postgres => 23,
        };
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
            20 => {
                let (name, value) = match system {
                    System::MariaDb => *dice.pick(&INHERITED_OF_MARIADB),
                    _ => *dice.pick(&INHERITED_OF_POSTGRES),
                };
                Self::Inherited(name, value)
            }
            21 => Self::Grown(after),
            22 => Self::Pooled(*dice.pick(&Pooling::ALL), 2 + dice.below(6)),
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
            Self::Grown(_) => "table grown",
            Self::Inherited(..) => "inherited setting",
            Self::Pooled(..) => "pooler",
            Self::Unfit(..) => "unfit table",
            Self::CutFile(_) => "file cut",
            Self::Limit(_) => "limit",
            Self::Call(..) => "system call",
            Self::Twin => "two jobs",
            Self::Stray => "stray file",
            Self::Wrong(..) => "wrong flag",
            Self::Flipped => "byte changed after the run",
        }
    }

    /// The exit codes of a job that this trouble makes fail.
    pub fn codes(&self) -> &[i32] {
        match self {
            Self::Nothing
            | Self::Flipped
            | Self::Pause(_)
            | Self::Inherited(..)
            | Self::Pooled(..) => &[],
            Self::OnTheWay(..) | Self::Ended(_) | Self::Locked | Self::Grown(_) => &[3],
            Self::Signal(..) => &[130, 143],
            // A table that is swapped while it is being looked up can be missing or have changed.
            Self::Swapped(_) | Self::CutFile(_) => &[3, 4],
            Self::Unfit(..) => &[4],
            Self::Limit(_) => &[3, 4, 5],
            Self::Call(..) => &[5],
            Self::Twin | Self::Stray => &[6],
            Self::Wrong(_, code) => std::slice::from_ref(code),
        }
    }

    /// Whether no job can be complete with it.
    pub fn must_fail(&self) -> bool {
        matches!(self, Self::Unfit(..) | Self::Stray | Self::Wrong(..))
    }

    /// Whether this trouble's signal can have ended a job that has no exit code. A signal that arrives before the job can handle
    /// it also ends it in this way.
    pub fn ends_by(&self, ran: &Ran) -> bool {
        match self {
            Self::Signal(_, Signal::KILL) => ran.was_killed(),
            Self::Call(_, what, _) => ran.was_killed() && *what == "signal=KILL",
            Self::Signal(..) => true,
            _ => false,
        }
    }

    /// The rows that can have been read instead of those of `t3`.
    pub fn instead(&self) -> Option<Instead> {
        match self {
            Self::Swapped(_) => Some(Instead::Other),
            Self::Grown(_) => Some(Instead::WithHeir),
            _ => None,
        }
    }

    pub fn flags(&self) -> &[&'static str] {
        match self {
            Self::Wrong(flags, _) => flags,
            _ => &[],
        }
    }

    /// Prepares the run. The returned value is kept until [`Trouble::undo`].
    pub fn prepare(&self, case: &Case) -> Option<Box<dyn std::any::Any>> {
        match self {
            Self::Locked => return Some(case.database.lock("t3")),
            Self::Unfit(unfit, _) => case.database.execute(unfit),
            Self::Inherited(name, value) => inherit(case, name, Some(value)),
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
            Self::Grown(after) => {
                wait(after);
                case.database.execute("ALTER TABLE heir INHERIT t3");
            }
            Self::Swapped(after) => {
                wait(after);
                swap(case, ["t3", "gone", "other"]);
            }
            _ => {}
        }
    }

    /// Undoes the trouble after the run.
    pub fn undo(&self, case: &Case, held: Option<Box<dyn std::any::Any>>) {
        drop(held);
        match self {
            Self::Unfit(_, fit) => case.database.execute(fit),
            Self::Grown(_) => case.database.execute("ALTER TABLE heir NO INHERIT t3"),
            Self::Inherited(name, _) => inherit(case, name, None),
            Self::Swapped(_) => swap(case, ["t3", "other", "gone"]),
            Self::Stray => {
                let folder = case.path("out/batches");
                fs::remove_file(folder.join("stray")).expect("the file");
                // Only succeeds if it is empty.
                let _ = fs::remove_dir(folder);
            }
            _ => {}
        }
    }
}

/// The rows that another session puts in the place of those of `t3`, or adds to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Another table's rows.
    Other,
    /// Its own rows, followed by its child table's.
    WithHeir,
}

/// Sets the value that the reader's sessions inherit, or resets it.
fn inherit(case: &Case, name: &str, value: Option<&str>) {
    let database = case.database.name();
    let statement = match (case.database.system(), value) {
        (System::Postgres, Some(value)) => {
            format!("ALTER ROLE reader IN DATABASE {database} SET {name} = {value}")
        }
        (System::Postgres, None) => {
            format!("ALTER ROLE reader IN DATABASE {database} RESET {name}")
        }
        (_, value) => format!("SET GLOBAL {name} = {}", value.unwrap_or("DEFAULT")),
    };
    case.database.execute(&statement);
}

/// Renames the first table to the second name, and the third table to the name of the first.
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

/// Encrypted packets can't be distinguished.
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
