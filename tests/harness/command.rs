//! Starts and ends the real binary.

use super::ran::Ran;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest time that any command in these tests may take.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The command that the tests run: cargo's, or `FIRSTSEEN_TEST_BINARY`, such as the one that a wheel installs.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("FIRSTSEEN_TEST_BINARY").filter(|path| !path.is_empty());
    let binary = named.map_or_else(|| env!("CARGO_BIN_EXE_firstseen").into(), PathBuf::from);
    // Commands run in their cases' folders.
    std::path::absolute(binary).expect("the current folder exists")
}

/// The file with the command's machine code: the command itself, or the native module of the script that a wheel installs.
pub fn native() -> PathBuf {
    installed_module().unwrap_or_else(binary)
}

/// A folder for `PYTHONPATH` with the Python package: the wheel's, if the command is one's script, otherwise this clone's,
/// into which `make test` links the module that it builds.
pub fn package_folder() -> PathBuf {
    match installed_module() {
        Some(module) => module.ancestors().nth(2).expect("a folder").to_owned(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("python"),
    }
}

/// The native module, if the command is a script that a wheel installed.
fn installed_module() -> Option<PathBuf> {
    let script = binary();
    let content = std::fs::read(&script).expect("the command can be read");
    if !content.starts_with(b"#!") {
        return None;
    }
    let output = Command::new(script.with_file_name("python"))
        .args([
            "-c",
            "from firstseen import _firstseen as m; print(m.__file__)",
        ])
        .output()
        .expect("the script's Python starts");
    let path = String::from_utf8(output.stdout).expect("a path in UTF-8");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(PathBuf::from(path.trim_end()))
}

/// A command that isn't started yet.
pub struct Firstseen {
    pub(super) command: Command,
    pub(super) folder: PathBuf,
}

impl Firstseen {
    pub(super) fn new(folder: &Path) -> Self {
        let mut command = Command::new(binary());
        command
            .current_dir(folder)
            .env_remove("FIRSTSEEN_SOURCE")
            .env_remove("FIRSTSEEN_PASSWORD")
            .stdin(Stdio::null());
        // libpq's variables could name servers of the user who runs the tests.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        Self {
            command,
            folder: folder.to_owned(),
        }
    }

    /// A copy of the command, to be run separately.
    #[must_use]
    pub fn again(&self) -> Self {
        let mut again = Self::new(&self.folder);
        again.command.args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => again.command.env(name, value),
                None => again.command.env_remove(name),
            };
        }
        again
    }

    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The same command, started through `launcher`, such as `prlimit` or `strace`.
    #[must_use]
    pub fn under<A: AsRef<OsStr>>(
        self,
        launcher: &str,
        options: impl IntoIterator<Item = A>,
    ) -> Self {
        let Self { command, folder } = self;
        let mut under = Command::new(launcher);
        under
            .args(options)
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(&folder)
            .stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => under.env(name, value),
                None => under.env_remove(name),
            };
        }
        Self {
            command: under,
            folder,
        }
    }

    /// Starts the command.
    pub fn start(self) -> Running {
        self.start_with_stdout(Stdio::piped())
    }

    /// Starts the command with a standard output that nobody reads.
    pub fn start_with_closed_stdout(self) -> Running {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        self.start_with_stdout(writer.into())
    }

    fn start_with_stdout(mut self, stdout: Stdio) -> Running {
        self.command.stdout(stdout).stderr(Stdio::piped());
        let begin = Instant::now();
        let mut child = self.command.spawn().expect("the binary starts");
        // Each stream is read on a separate thread, so that a full pipe doesn't block the command.
        let stdout = child.stdout.take().map(drain);
        let stderr = child.stderr.take().map(drain);
        Running {
            command: self,
            child,
            stdout,
            stderr,
            begin,
        }
    }

    /// Runs the command to its end.
    pub fn end(self) -> Ran {
        self.start().end()
    }

    /// Runs the command to its end, and expects success.
    pub fn succeeds(self) -> Ran {
        self.end().exits_with(0)
    }

    /// Runs the command to its end, and expects this exit code.
    pub fn fails_with(self, code: i32) -> Ran {
        self.end().exits_with(code)
    }
}

/// A running command.
pub struct Running {
    command: Firstseen,
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    begin: Instant,
}

impl Running {
    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("the command is ours to signal");
    }

    /// Like [`Running::signal`], but the command might have ended.
    pub fn try_signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, signal);
    }

    /// Whether the command is still running.
    pub fn runs(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be waited for")
            .is_none()
    }

    /// Waits for the command's end.
    pub fn end(mut self) -> Ran {
        let mut timed_out = false;
        while self.runs() {
            if self.begin.elapsed() > TIMEOUT {
                timed_out = true;
                self.child.kill().expect("the command is ours to kill");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let status = self.child.wait().expect("a child can be waited for");
        let elapsed = self.begin.elapsed();
        let [stdout, stderr] = [self.stdout, self.stderr].map(text);
        let ran = Ran {
            command: self.command,
            status,
            stdout,
            stderr,
            elapsed,
        };
        ran.check(!timed_out, "it ends in time");
        ran
    }
}

fn drain(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .expect("the command's output is read");
        bytes
    })
}

fn text(stream: Option<JoinHandle<Vec<u8>>>) -> String {
    let bytes = stream
        .map(|stream| stream.join().expect("the output was read"))
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
