//! The errors of this module.

use super::place::Place;
use crate::{Error, ErrorKind};
use std::fmt;
use std::io;
use std::path::Path;

/// What to do if the disk is full.
pub(crate) const FULL: &str = "free some space, or name a folder on another filesystem with --out";

/// The error when the operating system refuses an operation, for the reason in `cause`: exit code 5.
pub(super) fn cannot(what: impl fmt::Display, cause: io::Error) -> Error {
    let error = Error::new(ErrorKind::Output, format!("can't {what}"));
    let error = match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            error.advise("name a folder that you are allowed to write to with --out")
        }
        _ => error,
    };
    error.because(cause).if_full(FULL)
}

/// The error about something at `path` that firstseen did not write and doesn't replace: exit code 6.
pub(super) fn not_ours(path: &Path, why: impl fmt::Display) -> Error {
    let message = format!("{} {why}", path.display());
    Error::new(ErrorKind::Exists, message).advise(
        "move it away, or name another folder with --out; firstseen leaves it as it is, even with --force",
    )
}

/// The error about a folder that its filesystem can't move: exit code 5.
pub(super) fn immovable(path: &Path) -> Error {
    let message = format!(
        "can't replace {}: it is in a lower layer of an overlay filesystem, from which folders can't be moved",
        path.display()
    );
    Error::new(ErrorKind::Output, message)
        .advise("remove the folder first, or name another folder with --out")
}

/// The error about an earlier result without `--force`: exit code 6.
pub(super) fn published(path: &Path) -> Error {
    let message = format!("{} already exists from an earlier run", path.display());
    Error::new(ErrorKind::Exists, message).advise(
        "pass --force to replace the folder and its manifest, or name another folder with --out",
    )
}

/// The error when another job holds the lock: exit code 6.
pub(super) fn in_use(place: &Place) -> Error {
    let message = format!("another job is writing to {}", place.out.display());
    Error::new(ErrorKind::InUse, message)
        .advise("wait until it has finished, or name another folder with --out")
}
