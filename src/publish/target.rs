//! The target of a job. It is checked before any query.

use super::failure::{cannot, published};
use super::place::Place;
use super::target_state::TargetState;
use crate::{Error, ErrorKind, Result};
use rustix::fs::{Access, access};
use std::fs;
use std::io;
use std::path::Path;

/// A folder that a job can publish to: missing, empty, or an earlier result that `--force` allows to replace. If the files of
/// an earlier result are all gone, there is nothing to lose, and its manifest is replaced without `--force`.
///
/// The check is repeated under the lock, and again right before the folder is moved.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) place: Place,
    force: bool,
}

impl Target {
    /// Checks `out` without changing anything.
    ///
    /// [`ErrorKind::Exists`]: an earlier result without `force`; with or without it, a file, a symlink, a mount point, a folder
    /// without a manifest, or one with a file that the manifest doesn't list. [`ErrorKind::Output`]: a parent that is missing
    /// or not writable. [`ErrorKind::Usage`]: a path without a name (`.`, `/`).
    ///
    /// This doesn't complete an interrupted publication: call [`roll_forward`](super::roll_forward()) first.
    pub fn check(out: &Path, force: bool) -> Result<Self> {
        let place = Place::of(out)?;
        check_parent(&place.parent)?;
        let target = Self { place, force };
        target.state()?;
        Ok(target)
    }

    /// The folder that will be published.
    pub fn folder(&self) -> &Path {
        &self.place.out
    }

    /// The manifest that will be next to it.
    pub fn manifest(&self) -> &Path {
        &self.place.manifest
    }

    /// What exists there now, if it can be used or replaced.
    pub(super) fn state(&self) -> Result<TargetState> {
        let state = TargetState::of(&self.place)?;
        match state {
            TargetState::Vacant | TargetState::ManifestAlone => {}
            TargetState::Published if self.force => check_movable(&self.place.out)?,
            TargetState::Published => return Err(published(&self.place.out)),
        }
        Ok(state)
    }
}

fn check_parent(parent: &Path) -> Result<()> {
    let found = fs::metadata(parent).map_err(|cause| {
        let is_missing = cause.kind() == io::ErrorKind::NotFound;
        let error = cannot(format_args!("write to {}", parent.display()), cause);
        if is_missing {
            return error.advise(format!("create it first: mkdir -p {}", parent.display()));
        }
        error
    })?;
    if !found.is_dir() {
        let message = format!("can't write to {}: it is not a folder", parent.display());
        return Err(Error::new(ErrorKind::Output, message)
            .advise("name a folder inside an existing one with --out"));
    }
    access(parent, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|errno| cannot(format_args!("write to {}", parent.display()), errno.into()))
}

/// A folder can only move to another parent if it is writable itself, since its `..` changes.
fn check_movable(folder: &Path) -> Result<()> {
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|errno| cannot(format_args!("replace {}", folder.display()), errno.into()))
}
