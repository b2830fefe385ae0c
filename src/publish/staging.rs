//! The staging folder of a running job.

use super::failure::{cannot, immovable};
use super::lock::Lock;
use super::manifest::Manifest;
use super::moves::is_immovable;
use super::publication::{Publication, Step, prepare};
use super::roll_forward::settle;
use super::sweep::sweep;
use super::sync::sync_folder;
use super::target::Target;
use super::target_state::TargetState;
use crate::{Proceed, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file that always exists.
const NOTHING: &str = "/dev/null";

/// The locked folder next to the target to which a job writes its batch files.
///
/// Dropping it removes it with all its contents, so an error, an unwinding panic and a canceled job leave nothing behind.
#[derive(Debug)]
pub struct Staging {
    target: Target,
    folder: PathBuf,
    /// `None` once the folder is to be left as it is.
    lock: Option<Lock>,
    /// Closed before the folder is removed, so that a file can be opened for that, even if the job has used up its limit.
    spare: Option<File>,
}

impl Staging {
    /// Creates and locks the staging folder. What a crashed job left there is completed or cleaned up first.
    ///
    /// If another job has it, this fails immediately with [`ErrorKind::InUse`](crate::ErrorKind::InUse). The target is checked
    /// again, since the job that had the lock before might have published. A folder that is to be replaced but can't be moved
    /// is [`ErrorKind::Output`](crate::ErrorKind::Output) here, rather than after all rows have been read.
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
        let replaces = target.state()? == TargetState::Published;
        if replaces && is_immovable(&place.out, &place.staging) {
            return Err(immovable(&place.out));
        }
        fs::create_dir(&staging.folder)
            .map_err(|cause| cannot(format_args!("create {}", staging.folder.display()), cause))?;
        sync_folder(&place.parent)?;
        Ok(staging)
    }

    /// The folder for the batch files. They must have their final names and modes, and be synced to disk.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Publishes the folder and `manifest`, then removes the staging folder and what was replaced.
    ///
    /// `proceed` is called right before the target is changed. If it returns an error, the target stays as it was. From then
    /// on only a failure stops the publication, and the target is restored. If even that fails, the staging folder is left
    /// for [`roll_forward`](super::roll_forward()), and the error's advice says so.
    ///
    /// The published folder has the mode that the process's umask gives, not that of an empty folder in its place.
    pub fn publish(mut self, manifest: &Manifest, proceed: Proceed<'_>) -> Result<()> {
        let target = self.target.clone();
        prepare(&target.place, manifest)?;
        let state = target.state()?;
        proceed()?;
        let mut publication = Publication::new(&target.place, state);
        let result = Step::ALL
            .into_iter()
            .try_for_each(|step| publication.take(step));
        result.map_err(|error| match publication.undo() {
            Ok(()) => error,
            Err(_cause) => {
                self.leave();
                error.advise(format!(
                    "run firstseen verify {} to complete the interrupted publication",
                    target.folder().display()
                ))
            }
        })
    }

    /// Releases the lock and leaves the folder as it is, as the end of the process would.
    pub(super) fn leave(&mut self) {
        self.lock = None;
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.spare = None;
        if let Some(lock) = self.lock.take() {
            // The next job removes what can't be removed now.
            let _ = sweep(&self.target.place);
            let _ = lock.remove();
        }
    }
}
