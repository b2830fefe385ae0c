//! The target of a job, checked before any query.

use super::failure::{cannot, published};
use super::place::Place;
use super::standing::Standing;
use crate::{Error, ErrorKind, Result};
use rustix::fs::{Access, access};
use std::fs;
use std::io;
use std::path::Path;

/// A folder that a job may publish to: absent, empty, or an earlier result that `--force` allows to be replaced. Where the
/// files of an earlier result are all gone there is nothing to lose, and its manifest is replaced without `--force`.
///
/// What was true when it was checked is checked again under the lock, and again right before the folder moves.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) place: Place,
    force: bool,
}

impl Target {
    /// Checks `out` without changing anything.
    ///
    /// An earlier result without `force`, and with or without it a file, a symlink, a mount point, a folder without its
    /// manifest or with a file that the manifest lacks: [`ErrorKind::Exists`]. A parent that is missing or can't be
    /// written: [`ErrorKind::Output`]. A path without a name (`.`, `/`): [`ErrorKind::Usage`].
    ///
    /// A publication that was cut is completed by [`roll_forward`](super::roll_forward()), not here: call that first.
    pub fn check(out: &Path, force: bool) -> Result<Self> {
        let place = Place::of(out)?;
        check_parent(&place.parent)?;
        let target = Self { place, force };
        target.standing()?;
        Ok(target)
    }

    /// The folder that will be published.
    pub fn folder(&self) -> &Path {
        &self.place.out
    }

    /// The manifest that will stand beside it.
    pub fn manifest(&self) -> &Path {
        &self.place.manifest
    }

    /// What stands there now, if it may be taken or replaced.
    pub(super) fn standing(&self) -> Result<Standing> {
        let standing = Standing::of(&self.place)?;
        match standing {
            Standing::Vacant | Standing::ManifestAlone => {}
            Standing::Published if self.force => check_movable(&self.place.out)?,
            Standing::Published => return Err(published(&self.place.out)),
        }
        Ok(standing)
    }
}

fn check_parent(parent: &Path) -> Result<()> {
    let found = fs::metadata(parent).map_err(|cause| {
        let is_missing = cause.kind() == io::ErrorKind::NotFound;
        let error = cannot(format_args!("write to {}", parent.display()), cause);
        if is_missing {
            return error.advise(format!("make it first: mkdir -p {}", parent.display()));
        }
        error
    })?;
    if !found.is_dir() {
        let message = format!("can't write to {}: it is no folder", parent.display());
        return Err(Error::new(ErrorKind::Output, message)
            .advise("name a folder inside an existing one with --out"));
    }
    access(parent, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|errno| cannot(format_args!("write to {}", parent.display()), errno.into()))
}

/// A folder moves to another parent only if it can be written itself, since its `..` changes.
fn check_movable(folder: &Path) -> Result<()> {
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|errno| cannot(format_args!("replace {}", folder.display()), errno.into()))
}
