//! Independent readers of batch folders, in one Python process that all tests share. It ends when its input closes.

use serde::Deserialize;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    PyArrow,
    Polars,
    Pandas,
    /// pandas with Arrow's types.
    PandasOfArrow,
    DuckDb,
    Pickle,
    /// Python's own `json`, and a CSV reader that distinguishes `""` from an empty field.
    Text,
    /// Python's own `json`, also for the cells of CSV files.
    Json,
}

impl Reader {
    fn name(self) -> &'static str {
        match self {
            Self::PyArrow => "pyarrow",
            Self::Polars => "polars",
            Self::Pandas => "pandas",
            Self::PandasOfArrow => "pandas_of_arrow",
            Self::DuckDb => "duckdb",
            Self::Pickle => "pickle",
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// What a reader found. A cell is `None` for NULL, otherwise a text that begins with its kind: see `readers.py`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Found {
    pub columns: Vec<String>,
    /// The reader's own names for the columns' types, if it has them.
    pub types: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    error: Option<String>,
}

/// All rows in a folder, in the order of its files.
#[track_caller]
pub fn read(reader: Reader, format: &str, folder: &Path) -> Found {
    asked(reader.name(), format, &serde_json::json!(folder))
}

/// What psycopg returns for a query on a PostgreSQL database, in the form that readers of this format use.
#[track_caller]
pub fn by_psycopg(url: &str, query: &str, format: &str) -> Found {
    let query = serde_json::json!({"url": url, "query": query});
    asked("psycopg", format, &query)
}

#[track_caller]
fn asked(reader: &str, format: &str, folder: &serde_json::Value) -> Found {
    static PYTHON: OnceLock<Mutex<Python>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| Mutex::new(Python::start()));
    let request = serde_json::json!({"reader": reader, "format": format, "folder": folder});
    let mut python = python.lock().unwrap_or_else(PoisonError::into_inner);
    let found = python.ask(&request.to_string());
    drop(python);
    assert!(
        found.error.is_none(),
        "{reader} reads {folder}: {:?}",
        found.error
    );
    found
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
            .unwrap_or_else(|cause| panic!("Python answered {reply:?}: {cause}"))
    }
}

/// The Python that `tests/prepare.sh` made.
pub fn interpreter() -> PathBuf {
    let python = std::env::var_os("FIRSTSEEN_TEST_VENV")
        .map_or_else(|| cache().join("firstseen/venv"), PathBuf::from)
        .join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: `make test` or tests/prepare.sh installs it",
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
