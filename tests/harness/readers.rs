//! Independent readers of batch folders: one Python process, shared by all tests. It ends when its input closes.

use serde::Deserialize;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    PyArrow,
    Polars,
    Pandas,
    DuckDb,
    Pickle,
    /// Python's own `json`, and a CSV reader that tells `""` from nothing.
    Text,
}

impl Reader {
    fn name(self) -> &'static str {
        match self {
            Self::PyArrow => "pyarrow",
            Self::Polars => "polars",
            Self::Pandas => "pandas",
            Self::DuckDb => "duckdb",
            Self::Pickle => "pickle",
            Self::Text => "text",
        }
    }
}

/// What a reader found. A cell is `None` for NULL, else a text that begins with its kind: see `readers.py`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Found {
    pub columns: Vec<String>,
    /// The reader's own names of the columns' types, where it has them.
    pub types: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    error: Option<String>,
}

/// All rows of a folder, in the order of its files.
#[track_caller]
pub fn read(reader: Reader, format: &str, folder: &Path) -> Found {
    let found = try_read(reader, format, folder);
    assert!(
        found.error.is_none(),
        "{} reads {}: {:?}",
        reader.name(),
        folder.display(),
        found.error
    );
    found
}

fn try_read(reader: Reader, format: &str, folder: &Path) -> Found {
    static PYTHON: OnceLock<Mutex<Python>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| Mutex::new(Python::start()));
    let request = serde_json::json!({"reader": reader.name(), "format": format, "folder": folder});
    let mut python = python.lock().unwrap_or_else(PoisonError::into_inner);
    python.ask(&request.to_string())
}

struct Python {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

impl Python {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers.py");
        let mut process = Command::new(interpreter())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self {
            input,
            output,
            _process: process,
        }
    }

    fn ask(&mut self, request: &str) -> Found {
        writeln!(self.input, "{request}").expect("Python takes the request");
        let mut reply = String::new();
        self.output.read_line(&mut reply).expect("Python answers");
        serde_json::from_str(&reply)
            .unwrap_or_else(|cause| panic!("Python answers {reply:?}: {cause}"))
    }
}

/// The Python that `tests/prepare.sh` made.
pub fn interpreter() -> PathBuf {
    let python = std::env::var_os("FIRSTSEEN_TEST_VENV")
        .map_or_else(|| cache().join("firstseen/venv"), PathBuf::from)
        .join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: `make test` brings it, or tests/prepare.sh",
        python.display()
    );
    python
}

fn cache() -> PathBuf {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    named.map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    )
}
