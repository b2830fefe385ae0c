//! Removing a stage.

use super::file::cannot;
use super::folder::StageFolder;
use crate::{Error, ErrorKind, Result};
use std::fs;
use std::io;
use std::path::Path;

impl StageFolder {
    /// Removes the stage with all that is in it. The mark goes last: what is left after an interruption is still a stage.
    ///
    /// A folder that has something else in it stays, with that, and one that isn't this user's to remove, empty. A process that holds a state for the stage ends when it notices.
    pub fn discard(self) -> Result<()> {
        for folder in [self.files(), self.keep(), self.units()] {
            gone(&folder, fs::remove_dir_all(&folder))?;
        }
        for file in [self.state(), self.hold_lock(), self.mark_path()] {
            gone(&file, fs::remove_file(&file))?;
        }
        match fs::remove_dir(self.path()) {
            Err(cause) if stays(cause.kind()) => Ok(()),
            removed => gone(self.path(), removed),
        }
    }
}

impl StageFolder {
    /// Fails if a process holds a state for the stage.
    pub fn check_not_held(&self) -> Result<()> {
        if self.held()?.is_none() {
            return Ok(());
        }
        let message = format!("a process holds a state for {}", self.path().display());
        Err(Error::new(ErrorKind::InUse, message)
            .advise("stop firstseen hold first, with Ctrl-C or SIGTERM"))
    }

    /// Whether the stage is there.
    pub fn exists(&self) -> bool {
        self.mark_path().exists()
    }
}

/// Whether the stage's folder stays: it has files of someone else, a file system is mounted there, or this user can't change
/// the folder that it is in.
fn stays(cause: io::ErrorKind) -> bool {
    use io::ErrorKind::{DirectoryNotEmpty, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    let reasons = [
        DirectoryNotEmpty,
        PermissionDenied,
        ReadOnlyFilesystem,
        ResourceBusy,
    ];
    reasons.contains(&cause)
}

fn gone(path: &Path, removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cannot("remove", path, cause)),
        _ => Ok(()),
    }
}
