//! A server process that ends when the test process ends, for whatever reason.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest wait for a server to accept connections.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// `nobody` and its group on Debian. MariaDB and PostgreSQL refuse to run as root, or warn about it.
const NOBODY: u32 = 65534;

/// Waits until its standard input closes, which the test process keeps open, then ends the server and removes its folder.
/// Rust's tests have no teardown, and a test process can be killed.
const SUPERVISOR: &str = r#"
folder=$1 signal=$2; shift 2
exec 3<&0
"$@" </dev/null >"$folder/server.log" 2>&1 3<&- &
cat <&3 >/dev/null
kill -s "$signal" $!
wait $!
rm -rf "$folder"
"#;

/// A server's folder, and the process that watches over it.
pub struct Supervised {
    folder: PathBuf,
    supervisor: Option<Child>,
}

impl Supervised {
    /// A new folder that the server's user owns.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("firstseen-{name}-"))
            .tempdir()
            .expect("a temporary folder")
            .keep();
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).expect("root can change a folder's owner");
        }
        let supervisor = None;
        Self { folder, supervisor }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a file in the folder readable only by the server's user.
    pub fn keep_secret(&self, name: &str) {
        let path = self.folder.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions");
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).expect("root can change a file's owner");
        }
    }

    /// Runs a command to its end in the folder, as the server's user.
    pub fn prepare(&self, program: &Path, args: &[String]) {
        let words = words(program, args);
        let output = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(&self.folder)
            // Another server that starts in the same folder could remove files that look like its own.
            .env("TMPDIR", &self.folder)
            .output()
            .unwrap_or_else(|cause| panic!("{words:?}: {cause}"));
        assert!(
            output.status.success(),
            "{words:?}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Starts the server, and waits until `ready` returns true. `signal` ends it.
    pub fn start(
        &mut self,
        program: &Path,
        args: &[String],
        signal: &str,
        ready: impl Fn() -> bool,
    ) {
        let child = Command::new("sh")
            .args(["-c", SUPERVISOR, "sh"])
            .arg(&self.folder)
            .arg(signal)
            .args(words(program, args))
            .current_dir(&self.folder)
            .process_group(0) // Ctrl-C reaches only the test process
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        self.supervisor = Some(child);
        let begin = Instant::now();
        while !ready() {
            assert!(
                begin.elapsed() < START_TIMEOUT,
                "{} doesn't start:\n{}",
                program.display(),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }
}

/// The command, run as the server's user.
fn words(program: &Path, args: &[String]) -> Vec<String> {
    let user = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--",
    ];
    let user = if is_root() { &user[..] } else { &[] };
    user.iter()
        .map(ToString::to_string)
        .chain([program.display().to_string()])
        .chain(args.iter().cloned())
        .collect()
}

/// A currently free port on the loopback.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// A program on the PATH, or in one of `folders`, of which the last is preferred.
pub fn program(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = folders.into_iter().collect();
    candidates.reverse();
    candidates
        .into_iter()
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
        .unwrap_or_else(|| {
            panic!("{name} isn't installed: `make test` or tests/prepare.sh installs it")
        })
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}
