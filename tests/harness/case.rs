//! A test's folder and database.

use super::command::Firstseen;
use super::database::{Database, System};
use super::readers::{Reader, read};
use super::servers::MariaDb;
use super::table::{Row, Table};
use super::value::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A temporary folder, in which commands run, and a separate database.
pub struct Case {
    folder: TempDir,
    pub database: Database,
}

impl Case {
    pub fn on(system: System) -> Self {
        Self::of(|folder| Database::fresh(system, folder))
    }

    /// A case whose database is on this server.
    pub fn at(server: &'static MariaDb) -> Self {
        Self::of(|_| Database::at(server))
    }

    fn of(database: impl FnOnce(&Path) -> Database) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("firstseen-case-")
            .tempdir()
            .expect("a temporary folder");
        let database = database(folder.path());
        Self { folder, database }
    }

    /// A case whose database has these tables.
    pub fn with(system: System, tables: &[Table]) -> Self {
        let case = Self::on(system);
        for table in tables {
            case.database.create(table);
        }
        case
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file of the test is written");
    }

    /// Writes a file with these permissions.
    pub fn write_with_mode(&self, name: &str, content: impl AsRef<[u8]>, mode: u32) {
        self.write(name, content);
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.path(name), mode).expect("permissions");
    }

    /// The binary, in the case's folder, without arguments.
    pub fn command(&self) -> Firstseen {
        Firstseen::new(self.folder.path())
    }

    /// `firstseen run` of the case's database.
    pub fn run(&self) -> Firstseen {
        self.command()
            .arg("run")
            .args(["--source", &self.database.url()])
    }

    /// `firstseen verify batches`.
    pub fn verify(&self) -> Firstseen {
        self.command().args(["verify", "batches"])
    }

    /// Sets SQLite's journal mode and leaves the database closed, with no other file next to it.
    pub fn set_journal_mode(&self, mode: &str) {
        let conn = rusqlite::Connection::open(self.path("source.sqlite")).expect("a SQLite file");
        conn.pragma_update(None, "journal_mode", mode)
            .expect("a journal mode");
    }

    /// The rows of `batches`, as pyarrow reads them from the Parquet files.
    pub fn rows(&self) -> Vec<Vec<Option<String>>> {
        read(Reader::PyArrow, "parquet", &self.path("batches")).rows
    }

    /// The second column of every row in `batches`, which is a text.
    pub fn notes(&self) -> Vec<String> {
        let note = |row: &Vec<Option<String>>| {
            row[1]
                .as_deref()
                .unwrap_or("null")
                .trim_start_matches("s:")
                .to_owned()
        };
        self.rows().iter().map(note).collect()
    }

    /// The file names in `batches`, sorted.
    pub fn files(&self) -> Vec<String> {
        names(&self.path("batches"))
    }

    /// The names in the case's folder, including hidden ones, sorted.
    pub fn entries(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// The manifest next to `batches`.
    pub fn manifest(&self) -> serde_json::Value {
        let text = fs::read_to_string(self.path("batches.manifest.json")).expect("a manifest");
        serde_json::from_str(&text).expect("the manifest is JSON")
    }
}

/// Rows as readers of typed files return them.
pub fn typed(rows: &[Row]) -> Vec<Vec<Option<String>>> {
    told(rows, "parquet")
}

/// Rows as readers of this format return them.
pub fn told(rows: &[Row], format: &str) -> Vec<Vec<Option<String>>> {
    let tell: fn(&Value) -> Option<String> = match format {
        "csv" => Value::csv,
        "ndjson" => Value::ndjson,
        _ => Value::typed,
    };
    rows.iter()
        .map(|row| row.iter().map(tell).collect())
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}
