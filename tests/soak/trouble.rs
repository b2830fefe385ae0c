//! What happens to a run.

use crate::harness::{Case, Dice, Fault, Link, Pooling, Ran, Running, Spot, System, Way};
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
    /// `t3` gets an heir after so many milliseconds.
    Grown(u64),
    /// What sessions inherit: a setting, and a value that a session of its own would not have.
    Inherited(&'static str, &'static str),
    /// Behind a pooler with so many connections.
    Pooled(Pooling, usize),
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
            Self::Twin => "two at once",
            Self::Stray => "stray file",
            Self::Wrong(..) => "wrong flag",
            Self::Flipped => "byte changed afterwards",
        }
    }

    /// Exit codes of a job that fails by it.
    pub fn codes(&self) -> &[i32] {
        match self {
            Self::Nothing
            | Self::Flipped
            | Self::Pause(_)
            | Self::Inherited(..)
            | Self::Pooled(..) => &[],
            Self::OnTheWay(..) | Self::Ended(_) | Self::Locked | Self::Grown(_) => &[3],
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

    /// Which rows may have been read instead of those of `t3`.
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

    /// Before the run. What is given back is held until [`Trouble::undo`].
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

    /// After the run.
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
                // Only if it is empty.
                let _ = fs::remove_dir(folder);
            }
            _ => {}
        }
    }
}

/// Rows that another session puts in the place of those of `t3`, or beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Another table's.
    Other,
    /// Its own, and then its heir's.
    WithHeir,
}

/// Gives what sessions of the reader inherit this value, or none.
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
