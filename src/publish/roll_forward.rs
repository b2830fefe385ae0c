//! What a crashed job leaves in the staging folder, and how it is completed or cleaned up.
//!
//! | crash                                            | staged manifest | staged folder | target folder | then       |
//! |--------------------------------------------------|-----------------|---------------|---------------|------------|
//! | while batch files or the manifest were written   | none            | any           | as before     | cleaned up |
//! | after the staged manifest got its name           | exists          | the new one   | as before     | cleaned up |
//! | after the first of two renames, without exchange | exists          | the new one   | none          | completed  |
//! | after the new folder moved into place            | exists          | the old, none | the new one   | completed  |
//! | after its manifest moved into place              | none            | the old, none | the new one   | cleaned up |
//!
//! A folder is the new one if it contains exactly the files of the staged manifest, by name, size and checksum. So if the old
//! and the new folder have the same bytes, the target is valid whichever of the two it is taken for.

use super::contents::holds_exactly;
use super::failure::cannot;
use super::lock::Lock;
use super::manifest::Manifest;
use super::place::Place;
use super::sweep::sweep;
use super::sync::sync_folder;
use crate::{Error, ErrorKind, Result};
use std::fs;
use std::path::Path;

/// What [`roll_forward`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollForward {
    /// No job had left anything.
    Nothing,
    /// Another job is running: nothing was touched.
    InUse,
    /// A job had crashed before it changed the target, or after it was done. Its leftovers were removed.
    Swept,
    /// A publication had been interrupted. The target is now the complete new result.
    Completed,
}

/// Completes or cleans up what a crashed job left at the target `out`. Must be called before the target is checked or read.
///
/// If someone changed the target after the crash, nothing is touched: [`ErrorKind::Exists`].
pub fn roll_forward(out: &Path) -> Result<RollForward> {
    let place = Place::of(out)?;
    if !exists(&place.staging)? {
        return Ok(RollForward::Nothing);
    }
    let lock = match Lock::acquire(&place) {
        Err(error) if error.kind() == ErrorKind::InUse => return Ok(RollForward::InUse),
        result => result?,
    };
    let outcome = settle(&place)?;
    lock.remove()
        .map_err(|cause| cannot(format_args!("remove {}", place.staging.display()), cause))?;
    Ok(outcome)
}

/// Does the same for a caller that holds the lock.
pub(super) fn settle(place: &Place) -> Result<RollForward> {
    let outcome = finish(place)?;
    sweep(place)?;
    Ok(outcome)
}

fn finish(place: &Place) -> Result<RollForward> {
    if !exists(&place.staged_manifest())? {
        return Ok(RollForward::Swept);
    }
    let files = Manifest::read(&place.staged_manifest())
        .map_err(|fault| fault.advise(remove_staging(place)))?
        .files;
    if !holds_exactly(&place.out, &files)? {
        if !holds_exactly(&place.staged_folder(), &files)? {
            return Err(changed(place));
        }
        if !exists(&place.replaced_folder())? {
            return Ok(RollForward::Swept);
        }
        rename(&place.staged_folder(), &place.out)?;
    }
    sync_folder(&place.parent)?;
    rename(&place.staged_manifest(), &place.manifest)?;
    sync_folder(&place.parent)?;
    Ok(RollForward::Completed)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|cause| {
        cannot(
            format_args!("rename {} to {}", from.display(), to.display()),
            cause,
        )
    })
}

fn exists(path: &Path) -> Result<bool> {
    path.try_exists()
        .map_err(|cause| cannot(format_args!("access {}", path.display()), cause))
}

fn changed(place: &Place) -> Error {
    let message = format!(
        "a publication to {} was interrupted, and the folder was changed afterwards",
        place.out.display()
    );
    Error::new(ErrorKind::Exists, message).advise(remove_staging(place))
}

fn remove_staging(place: &Place) -> String {
    format!(
        "remove {} and the folder, then run the job again",
        place.staging.display()
    )
}
