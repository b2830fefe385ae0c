//! The staging folder of a running job.

use super::failure::{cannot, immovable};
use super::lock::Lock;
use super::manifest::Manifest;
use super::moves::is_immovable;
use super::publication::{Publication, Step, prepare};
use super::roll_forward::settle;
use super::standing::Standing;
use super::sweep::sweep;
use super::sync::sync_folder;
use super::target::Target;
use crate::{Proceed, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file that is always there.
const NOTHING: &str = "/dev/null";

/// The locked folder beside the target in which a job writes its batch files.
///
/// Dropping it removes it with all that it holds: an error, a panic that unwinds and a cancelled job leave nothing.
#[derive(Debug)]
pub struct Staging {
    target: Target,
    folder: PathBuf,
    /// `None` once staging is to be left as it is.
    lock: Option<Lock>,
    /// Closed before the folder is removed, which takes an open file, whatever the job has opened meanwhile.
    spare: Option<File>,
}

impl Staging {
    /// Makes and locks the staging folder. What a dead job left there is completed or swept first.
    ///
    /// Another job has it: [`ErrorKind::InUse`](crate::ErrorKind::InUse), at once. The target is checked again, since
    /// the job that had the lock before may have published. A folder that is to be replaced and can't be moved is
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) here, rather than when all is read.
    pub fn create(target: &Target) -> Result<Self> {
        let place = &target.place;
        let spare = File::open(NOTHING).map_err(|cause| cannot("open files", cause))?;
        let lock = Lock::acquire(place)?;
        settle(place)?;
        let staging = Self {
            target: target.clone(),
            folder: place.staged_folder(),
            lock: Some(lock),
            spare: Some(spare),
        };
        let replaces = target.standing()? == Standing::Published;
        if replaces && is_immovable(&place.out, &place.staging) {
            return Err(immovable(&place.out));
        }
        fs::create_dir(&staging.folder)
            .map_err(|cause| cannot(format_args!("make {}", staging.folder.display()), cause))?;
        sync_folder(&place.parent)?;
        Ok(staging)
    }

    /// Where the batch files are written, with names and modes as they shall be published and their bytes synced.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Publishes the folder and `manifest`, then removes staging and what was replaced.
    ///
    /// `proceed` is called right before the target is changed; its error ends the publication with the target as it
    /// was. From there on nothing stops a publication but a failure, which puts the target back as it was. Where even
    /// that fails, staging is left for [`roll_forward`](super::roll_forward()), and the error's advice says so.
    ///
    /// What is published has the modes that the process's umask gives, not those of an empty folder in its place.
    pub fn publish(mut self, manifest: &Manifest, proceed: Proceed<'_>) -> Result<()> {
        let target = self.target.clone();
        prepare(&target.place, manifest)?;
        let standing = target.standing()?;
        proceed()?;
        let mut publication = Publication::new(&target.place, standing);
        let result = Step::ALL
            .into_iter()
            .try_for_each(|step| publication.take(step));
        result.map_err(|error| match publication.undo() {
            Ok(()) => error,
            Err(_cause) => {
                self.leave();
                error.advise(format!(
                    "the publication is half done: firstseen verify {} completes it",
                    target.folder().display()
                ))
            }
        })
    }

    /// Frees the lock and leaves the folder as it is, as the end of the process would.
    pub(super) fn leave(&mut self) {
        self.lock = None;
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.spare = None;
        if let Some(lock) = self.lock.take() {
            // What can't be removed now is swept by the next job.
            let _ = sweep(&self.target.place);
            let _ = lock.remove();
        }
    }
}
