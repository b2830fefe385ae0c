//! Opening a SQLite file so that nothing is written, neither to it nor beside it.

use super::error::translated;
use super::journal::past_commits;
use crate::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest step of the clock that file systems stamp files by: the kernel's tick at 100 Hz.
const CLOCK_TICK: Duration = Duration::from_millis(10);

/// An open file, and what tells whether it was changed behind SQLite's back.
pub(super) struct OpenFile {
    path: PathBuf,
    /// Of a file that was opened as immutable: no lock keeps writers away.
    unlocked: Option<Stamp>,
}

/// What a write to a file changes.
#[derive(PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

/// Opens a file read-only, whose readers wait as long for a writer's lock: in rollback-journal mode a commit locks readers
/// out for its writes. Where a reader would have to make the files of a write-ahead log, the file is opened as
/// immutable instead.
pub(super) fn open(path: &Path, lock_wait: Duration) -> Result<(Connection, OpenFile)> {
    if !path.is_file() {
        let message = format!("there is no SQLite file {}", path.display());
        return Err(Error::new(ErrorKind::Unreachable, message)
            .advise("check the path of --source; a relative one in a job file is taken from that file's folder"));
    }
    // SQLite looks for the log beside the file itself, not beside a link to it.
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
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        // Without SQLITE_OPEN_URI the path is a path, whatever characters it has.
        Connection::open_with_flags(path, flags)?
    };
    connection.busy_timeout(lock_wait)?;
    // The file's first page is read here, so that what is no database is said to be none.
    past_commits(|| {
        connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))
    })?;
    Ok(connection)
}

/// A log can't be read without its index, which is made beside it and which every reader writes to.
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
        "can't be opened, if not the log itself"
    } else {
        "is missing, and can't be made there"
    };
    let message = format!(
        "{}: what was written last stands in its log {}, whose index {} {what}",
        path.display(),
        log.display(),
        index.display()
    );
    Error::new(ErrorKind::Unreachable, message).advise(
        "let the job write into the file's folder; or copy the file and its -wal together into a folder of your own, and read \
         the copy; or let a program that may write there open and close the file, which folds the log in",
    )
}

/// The stamp of a database in WAL mode whose log was folded in by its last writer, and that no writer left half done: SQLite would make `-wal` and `-shm`
/// beside it just to read it, and leave them there. <https://www.sqlite.org/wal.html#read_only_databases>
fn unlocked(path: &Path) -> std::io::Result<Option<Stamp>> {
    let is_logged = has_log(path) || is_hot(&with_suffix(path, "-journal"));
    if !is_in_wal_mode(path)? || is_logged {
        return Ok(None);
    }
    // A file that was changed within this tick of the clock could be changed again without a sign of it.
    std::thread::sleep(CLOCK_TICK);
    Ok(Some(Stamp::of(&path.metadata()?)))
}

/// Whether there may be rows in a log. In an empty one without an index, which any writer makes first, there are none.
fn has_log(path: &Path) -> bool {
    let log = with_suffix(path, "-wal").metadata();
    log.is_ok_and(|log| log.len() > 0 || with_suffix(path, "-shm").exists())
}

/// Whether a rollback journal has what must be rolled back first, which SQLite itself finds out and says.
/// <https://www.sqlite.org/fileformat2.html#the_rollback_journal>
fn is_hot(journal: &Path) -> bool {
    let mut first = [0];
    let read = File::open(journal).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first != [0]
}

/// Bytes 18 and 19 of the header are the file format's write and read version; 2 is WAL.
fn is_in_wal_mode(path: &Path) -> std::io::Result<bool> {
    let mut header = [0; 20];
    match File::open(path)?.read_exact(&mut header) {
        Ok(()) => Ok(header[18..] == [2, 2]),
        // SQLite itself says what is wrong with a shorter file.
        Err(_) => Ok(false),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// All but letters, digits, and what means nothing in a `file:` URI.
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
    /// Of a file that is read without a lock, what any write changes; else nothing.
    pub fn mark(&self) -> String {
        self.unlocked.as_ref().map_or_else(String::new, |stamp| {
            let (secs, nanos) = stamp.modified;
            format!("{} {} {secs}.{nanos}", stamp.inode, stamp.size)
        })
    }

    /// An error if what was read may be a mixture: a writer has changed the file since it was opened without a lock.
    /// (Rows that stand only in a new log were not read, and are not missed: they came later.)
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
        let message = format!("{} was changed while it was read", self.path.display());
        Err(Error::new(ErrorKind::Ended, message).advise("run the job again"))
    }
}

fn unreadable(path: &Path) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("{} can't be read", path.display()),
    )
}
