//! Rollback journals, from a reader's point of view.

use rusqlite::ErrorCode;
use std::thread::sleep;
use std::time::Duration;

/// How often a reader looks for the journal at most, and how long it waits before it looks again.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// Runs what begins a read on a read-only connection.
///
/// If a reader arrives at the moment when a commit removes its journal, SQLite takes the journal for one that a dead writer
/// left, which a reader can't roll back: it assumes so if it can't open a journal that existed before (its ticket 3883). So
/// the reader looks again. A journal that really was left is still there at the last look.
pub(super) fn past_commits<T>(
    mut read: impl FnMut() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    for _ in 1..LOOKS {
        match read() {
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::ReadOnly) => sleep(PAUSE),
            result => return result,
        }
    }
    read()
}
