//! A command under strace, which lists its system calls and makes some of them fail, wait or kill the command.

use super::case::Case;
use super::command::Firstseen;
use std::path::{Path, PathBuf};

/// System calls that change a filesystem or make a change durable. strace ignores those that the machine doesn't have.
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
    /// Lists the calls in [`CHANGING`] in the case's file `strace.log`.
    pub fn listing(case: &Case) -> Self {
        let calls = CHANGING.map(|call| format!("?{call}")).join(",");
        Self {
            options: vec![format!("--trace={calls}")],
            log: case.path("strace.log"),
        }
    }

    /// Considers only calls that touch one of these paths directly.
    pub fn on<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        let options = paths
            .into_iter()
            .map(|path| format!("--trace-path={}", path.display()));
        self.options.extend(options);
        self
    }

    /// Does `what` (`error=EIO`, `signal=KILL`, `delay_enter=1000`) to the calls `call`, or only to the one with this number.
    pub fn inject(mut self, call: &str, what: &str, ordinal: Option<usize>) -> Self {
        let when = ordinal.map_or(String::new(), |ordinal| format!(":when={ordinal}"));
        self.options.push(format!("--inject={call}:{what}{when}"));
        self
    }

    /// Runs the command under strace. The started process is the command itself, so that it gets the signals and its exit code
    /// is returned.
    pub fn run(&self, command: Firstseen) -> Firstseen {
        let log = self.log.to_str().expect("UTF-8");
        // Without --seccomp-bpf, which would be faster, since signals injected at its stops get lost.
        let own = ["-D", "-f", "-qq", "-o", log];
        let options = own
            .into_iter()
            .chain(self.options.iter().map(String::as_str));
        command.under("strace", options)
    }

    /// The calls that the command made and how often, in the order of their names.
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

/// `fsync` for `1234  fsync(6</tmp/…>) = 0`. The end of a call that was listed before has no name.
fn call(line: &str) -> Option<&str> {
    let (_, call) = line.trim_start().split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    name.chars()
        .all(|char| char.is_ascii_alphanumeric())
        .then_some(name)
}
