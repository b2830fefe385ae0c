//! The reason why a file was not read to its end.

use crate::Error;
use std::io;

/// The reason why a file was not read to its end.
pub(super) enum Unread {
    /// It is not what it should be. The text contains no cell value.
    Content(String),
    /// The caller stopped it.
    Stopped(Error),
}

impl Unread {
    pub(super) fn content(what: impl Into<String>) -> Self {
        Self::Content(what.into())
    }
}

impl From<io::Error> for Unread {
    /// Takes an error of the system or of a decompressor.
    fn from(cause: io::Error) -> Self {
        Self::content(format!("can't be read: {cause}"))
    }
}
