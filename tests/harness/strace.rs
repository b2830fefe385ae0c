//! A command under strace: its system calls are listed, and some of them are made to fail, to wait or to kill.

use super::case::Case;
use super::command::Firstseen;
use std::path::{Path, PathBuf};

/// System calls that change a filesystem, or make a change last. strace skips those that the machine doesn't know.
pub const CHANGING: [&str; 22] = [
    "close",
    "copy_file_range",
    "creat",
    "fchmod",
    "fdatasync",
    "flock",
    "fsync",
    "ftruncate",
    "link",
    "mkdir",
    "mkdirat",
    "open",
    "openat",
    "pwrite64",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "unlink",
    "unlinkat",
    "write",
];

/// What strace does to a command.
#[derive(Clone, Default)]
pub struct Strace {
    options: Vec<String>,
    log: PathBuf,
}

impl Strace {
    /// Lists the calls of [`CHANGING`] in the case's file `strace.log`.
    pub fn listing(case: &Case) -> Self {
        let calls = CHANGING.map(|call| format!("?{call}")).join(",");
        Self {
            options: vec![format!("--trace={calls}")],
            log: case.path("strace.log"),
        }
    }

    /// Only calls that touch one of these paths themselves.
    pub fn on<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        let options = paths
            .into_iter()
            .map(|path| format!("--trace-path={}", path.display()));
        self.options.extend(options);
        self
    }

    /// Does `what` (`error=EIO`, `signal=KILL`, `delay_enter=1000`) to the calls `call`; with a number to that one alone.
    pub fn inject(mut self, call: &str, what: &str, ordinal: Option<usize>) -> Self {
        let when = ordinal.map_or(String::new(), |ordinal| format!(":when={ordinal}"));
        self.options.push(format!("--inject={call}:{what}{when}"));
        self
    }

    /// The command under strace. It is the command itself that is started: signals reach it, and its exit code is told.
    pub fn run(&self, command: Firstseen) -> Firstseen {
        let log = self.log.to_str().expect("UTF-8");
        // Not with --seccomp-bpf, which would be faster: a signal injected at its stops gets lost.
        let own = ["-D", "-f", "-qq", "-o", log];
        let options = own
            .into_iter()
            .chain(self.options.iter().map(String::as_str));
        command.under("strace", options)
    }

    /// How often the command called what, in the order of the names.
    pub fn calls(&self) -> Vec<(String, usize)> {
        let log = std::fs::read_to_string(&self.log).expect("strace writes a log");
        let calls: Vec<&str> = log.lines().filter_map(call).collect();
        CHANGING
            .iter()
            .map(|name| {
                let times = calls.iter().filter(|call| *call == name).count();
                ((*name).to_owned(), times)
            })
            .filter(|(_, times)| *times > 0)
            .collect()
    }

    pub fn log(&self) -> &Path {
        &self.log
    }
}

/// `fsync` of `1234  fsync(6</tmp/…>) = 0`; the end of a call that was listed before has no name.
fn call(line: &str) -> Option<&str> {
    let (_, call) = line.trim_start().split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    name.chars()
        .all(|char| char.is_ascii_alphanumeric())
        .then_some(name)
}
