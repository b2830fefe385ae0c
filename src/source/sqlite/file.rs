//! Opens a SQLite file so that nothing is written to it or next to it.

use super::error::translated;
use super::journal::past_commits;
use super::read_ahead;
use crate::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest step of the clock that file systems use for timestamps: the kernel's tick at 100 Hz.
const CLOCK_TICK: Duration = Duration::from_millis(10);

/// An open file, and what shows whether it was changed without SQLite noticing.
pub(super) struct OpenFile {
    path: PathBuf,
    /// Present if the file was opened as immutable: no lock keeps writers away.
    unlocked: Option<Stamp>,
}

/// What a write to a file changes.
#[derive(PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

/// Opens a file read-only. Readers wait for a writer's lock no longer than `lock_wait`: in rollback-journal mode a commit
/// locks readers out while it writes. If a reader would have to create a write-ahead log's files, the file is opened as
/// immutable instead.
pub(super) fn open(path: &Path, lock_wait: Duration) -> Result<(Connection, OpenFile)> {
    if !path.is_file() {
        let message = format!("there is no SQLite file {}", path.display());
        return Err(Error::new(ErrorKind::Unreachable, message)
            .advise("check the path in --source; in a job file, a relative path starts at the job file's folder"));
    }
    // SQLite looks for the log next to the file itself, not next to a link to it.
    let path = &path
        .canonicalize()
        .map_err(|cause| unreadable(path).because(cause))?;
    let unlocked = unlocked(path).map_err(|cause| unreadable(path).because(cause))?;
    let connection = connect(path, unlocked.is_some(), lock_wait);
    let connection = connection.map_err(|cause| not_opened(path, &cause))?;
    let file = OpenFile {
        path: path.to_owned(),
        unlocked,
    };
    Ok((connection, file))
}

fn connect(path: &Path, immutable: bool, lock_wait: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if immutable {
        let uri = format!("file:{}?immutable=1", percent_encoded(path));
        read_ahead::connect(Path::new(&uri), flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        // Without SQLITE_OPEN_URI the path is taken literally, whatever characters it has.
        read_ahead::connect(path, flags)?
    };
    connection.busy_timeout(lock_wait)?;
    // Reads the file's first page here, so that a file that isn't a database is reported as such.
    past_commits(|| {
        connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))
    })?;
    Ok(connection)
}

/// Returns why a file can't be opened. A log can't be read without its index, which is created next to it and which every
/// reader writes to.
fn not_opened(path: &Path, cause: &rusqlite::Error) -> Error {
    let log = with_suffix(path, "-wal");
    let is_refused = matches!(
        cause.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly)
    );
    if !is_refused || !log.exists() {
        return translated(cause).within(path.display());
    }
    let index = with_suffix(path, "-shm");
    let what = if index.exists() {
        "can't be opened, or the log itself can't"
    } else {
        "is missing and can't be created"
    };
    let message = format!(
        "the latest changes are in the write-ahead log {}, whose index {} {what}",
        log.display(),
        index.display()
    );
    let error = Error::new(ErrorKind::Unreachable, message).within(path.display());
    error.advise(
        "let the job write to the file's folder; or copy the file together with its -wal file to your own folder, and read \
         the copy; or open and close the file with a program that can write there, which merges the log into the file",
    )
}

/// Returns the stamp of a database in WAL mode that has no log and no hot journal: its last writer merged the log into it.
/// SQLite would create `-wal` and `-shm` next to it only to read it, and leave them there.
/// <https://www.sqlite.org/wal.html#read_only_databases>
fn unlocked(path: &Path) -> std::io::Result<Option<Stamp>> {
    let is_logged = has_log(path) || is_hot(&with_suffix(path, "-journal"));
    if !is_in_wal_mode(path)? || is_logged {
        return Ok(None);
    }
    // A file that was changed within this clock tick could be changed again with the same timestamp.
    std::thread::sleep(CLOCK_TICK);
    Ok(Some(Stamp::of(&path.metadata()?)))
}

/// Returns whether a log can contain rows. An empty one without an index, which every writer creates first, has none.
fn has_log(path: &Path) -> bool {
    let log = with_suffix(path, "-wal").metadata();
    log.is_ok_and(|log| log.len() > 0 || with_suffix(path, "-shm").exists())
}

/// Returns whether a rollback journal has changes that must be rolled back first. SQLite itself detects and reports that.
/// <https://www.sqlite.org/fileformat2.html#the_rollback_journal>
fn is_hot(journal: &Path) -> bool {
    let mut first = [0];
    let read = File::open(journal).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first != [0]
}

/// Bytes 18 and 19 of the header are the file format's write and read versions. 2 is WAL.
fn is_in_wal_mode(path: &Path) -> std::io::Result<bool> {
    let mut header = [0; 20];
    match File::open(path)?.read_exact(&mut header) {
        Ok(()) => Ok(header[18..] == [2, 2]),
        // SQLite itself reports what is wrong with a shorter file.
        Err(_) => Ok(false),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Everything except letters, digits, and characters without a meaning in a `file:` URI.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn percent_encoded(path: &Path) -> String {
    percent_encode(path.as_os_str().as_encoded_bytes(), ENCODED).to_string()
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl OpenFile {
    /// Returns a mark that any write changes, if the file is read without a lock. Otherwise it is empty.
    pub fn mark(&self) -> String {
        self.unlocked.as_ref().map_or_else(String::new, |stamp| {
            let (secs, nanos) = stamp.modified;
            format!("{} {} {secs}.{nanos}", stamp.inode, stamp.size)
        })
    }

    /// Fails if what was read might be a mixture: a writer has changed the file since it was opened without a lock.
    /// (Rows that are only in a new log were not read, and aren't missing: they were added later.)
    pub fn check_unchanged(&self) -> Result<()> {
        let Some(before) = &self.unlocked else {
            return Ok(());
        };
        let now = self
            .path
            .metadata()
            .map_err(|cause| unreadable(&self.path).because(cause))?;
        if *before == Stamp::of(&now) {
            return Ok(());
        }
        let message = "the file was changed while it was being read";
        let error = Error::new(ErrorKind::Ended, message).within(self.path.display());
        Err(error.advise("run the job again"))
    }
}

fn unreadable(path: &Path) -> Error {
    Error::new(ErrorKind::Unreachable, "the file can't be read")
        .within(path.display())
        .advise("check the permissions of the file and its folder")
}
