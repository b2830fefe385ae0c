//! Rollback journals as readers meet them.

use rusqlite::ErrorCode;
use std::thread::sleep;
use std::time::Duration;

/// How often a reader looks for the journal at most, and its pause before it looks again.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// Does what begins to read by a connection that may not write.
///
/// A reader that comes in the moment in which a commit removes its journal takes that for one which a dead writer has left,
/// and which it may not roll back: SQLite assumes so where it can't open what was there before (its ticket 3883). So it looks
/// again. A journal that was left is still there at the last look.
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
