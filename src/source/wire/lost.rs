//! Errors for a native connection that was lost.

use crate::{Error, ErrorKind};
use std::io;

/// Returns the error for a failure on an open connection: it was lost, or its server was silent for too long.
pub(crate) fn lost(cause: &io::Error) -> Error {
    if cause.kind() == io::ErrorKind::TimedOut {
        let message = format!("the server didn't answer: {cause}");
        return Error::new(ErrorKind::Ended, message)
            .advise("run the job again, or allow more time with --read-timeout-secs");
    }
    Error::new(ErrorKind::Lost, format!("the connection was lost: {cause}")).advise(LOOK)
}

/// What to do about a lost connection of any kind.
pub(crate) const LOOK: &str =
    "run the job again; look in the server's log for why the session ended";
