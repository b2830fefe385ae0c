//! The failures of this room, in its words.

use super::place::Place;
use crate::{Error, ErrorKind};
use std::fmt;
use std::io;
use std::path::Path;

/// The operating system refused to write, and `cause` says why: exit code 5.
pub(super) fn cannot(what: impl fmt::Display, cause: io::Error) -> Error {
    let error = Error::new(ErrorKind::Output, format!("can't {what}"));
    let error = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            error.advise("free some space, or name a folder on another filesystem with --out")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            error.advise("name a folder that you may write to with --out")
        }
        _ => error,
    };
    error.because(cause)
}

/// What stands at `path` is not firstseen's to replace: exit code 6.
pub(super) fn not_ours(path: &Path, why: impl fmt::Display) -> Error {
    let message = format!("{} {why}", path.display());
    Error::new(ErrorKind::Exists, message).advise(
        "it is left as it is, also with --force: move it away, or name another folder with --out",
    )
}

/// A folder that its filesystem doesn't let us move: exit code 5.
pub(super) fn immovable(path: &Path) -> Error {
    let message = format!(
        "can't replace {}: it lies in a lower layer of an overlay filesystem, which moves no folders",
        path.display()
    );
    Error::new(ErrorKind::Output, message)
        .advise("remove the folder first, or name another folder with --out")
}

/// An earlier result stands there, and `--force` was not given: exit code 6.
pub(super) fn published(path: &Path) -> Error {
    let message = format!("{} stands there from an earlier run", path.display());
    Error::new(ErrorKind::Exists, message).advise(
        "replace the folder and its manifest with --force, or name another folder with --out",
    )
}

/// Another job holds the lock: exit code 6.
pub(super) fn in_use(place: &Place) -> Error {
    let message = format!("another job is writing {}", place.out.display());
    Error::new(ErrorKind::InUse, message)
        .advise("wait until it has ended, or name another folder with --out")
}
