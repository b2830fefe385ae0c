//! Why a file was not read to its end.

use crate::Error;
use std::io;

/// Why a file was not read to its end.
pub(super) enum Unread {
    /// It is not what it should be; the text holds no cell value.
    Content(String),
    /// The caller wants no more; why.
    Stopped(Error),
}

impl Unread {
    pub(super) fn content(what: impl Into<String>) -> Self {
        Self::Content(what.into())
    }
}

impl From<io::Error> for Unread {
    /// From the system, or from a decompressor.
    fn from(cause: io::Error) -> Self {
        Self::content(format!("can't be read: {cause}"))
    }
}
