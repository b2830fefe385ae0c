//! What a dead job's staging means, and how it is brought to an end.
//!
//! | a crash before or after                    | staged manifest | staged folder | target folder | then      |
//! |---------------------------------------------|-----------------|---------------|---------------|-----------|
//! | batch files, or the manifest, being written | none            | any           | as before     | swept     |
//! | the staged manifest was named               | there           | the new one   | as before     | swept     |
//! | the first of two renames without exchange   | there           | the new one   | none          | completed |
//! | the new folder came into place              | there           | the old, none | the new one   | completed |
//! | its manifest came into place                | none            | the old, none | the new one   | swept     |
//!
//! A folder is the new one if it holds exactly the files of the staged manifest, by name, size and checksum. So where
//! the old and the new folder are the same bytes, either reading of a state gives a target that verifies.

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
    /// No job has left anything.
    Nothing,
    /// Another job is at work: nothing was touched.
    InUse,
    /// A job had died before it changed the target, or after it was done: its leftovers are removed.
    Swept,
    /// A publication had been cut: the target now is the whole new result.
    Completed,
}

/// Brings to an end what a dead job left at the target `out`. To be called before the target is checked or read.
///
/// Where the target was changed by others after the job died, nothing is touched: [`ErrorKind::Exists`].
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

/// The same under the lock, which is kept.
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
        .map_err(|cause| cannot(format_args!("look at {}", path.display()), cause))
}

fn changed(place: &Place) -> Error {
    let message = format!(
        "a publication of {} was cut, and the folder was changed since",
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
