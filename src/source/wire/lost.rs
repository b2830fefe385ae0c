//! What is said of a connection of our own that was lost.

use crate::{Error, ErrorKind};
use std::io;

/// What went wrong on a connection in use: it was lost, or its server was silent for too long.
pub(crate) fn lost(cause: &io::Error) -> Error {
    if cause.kind() == io::ErrorKind::TimedOut {
        let message = format!("the server gave no answer: {cause}");
        return Error::new(ErrorKind::Ended, message)
            .advise("run the job again, or allow more time");
    }
    Error::new(ErrorKind::Lost, format!("the connection was lost: {cause}")).advise(LOOK)
}

/// What to do about a lost connection, whoever's it was.
pub(crate) const LOOK: &str =
    "run the job again; does the server's log say why it ended the session?";
