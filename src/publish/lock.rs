//! One job at a time for a target: the staging folder's lock.

use super::failure::{cannot, in_use, not_ours};
use super::place::Place;
use crate::{Error, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};

/// Others that remove their staging in just these moments before we call the target busy.
const ATTEMPTS: usize = 100;

/// The locked staging folder. Dropping it frees the lock, as the end of the process does, and leaves the folder.
///
/// The lock file is the first thing in the folder and the last one removed. So whoever locks a file that the path still
/// names owns the folder; whoever locks one that was removed meanwhile tries again.
#[derive(Debug)]
pub(super) struct Lock {
    place: Place,
    _file: File,
}

impl Lock {
    /// Makes the staging folder where it isn't there, and locks it, or says at once that another job has it.
    pub(super) fn acquire(place: &Place) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            make_staging(place)?;
            let opened = open(place).inspect_err(|_| unmake_staging(place));
            let Some(file) = opened? else { continue };
            if let Some(file) = claim(place, file)? {
                let place = place.clone();
                return Ok(Self { place, _file: file });
            }
        }
        Err(in_use(place))
    }

    /// Removes the folder, if nothing but the lock is left in it, while the lock is held.
    ///
    /// Another job may make a new lock file between the two removals: then the folder isn't empty, and is that job's.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(self.place.lock())?;
        fs::remove_dir(&self.place.staging)
    }
}

fn make_staging(place: &Place) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(&place.staging) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => check_staging(place),
        result => {
            result.map_err(|cause| cannot(format_args!("make {}", place.staging.display()), cause))
        }
    }
}

/// Without a lock file in it the folder is of no use; with another job's in it, it stays.
fn unmake_staging(place: &Place) {
    // What can't be removed now is swept by the next job.
    let _ = fs::remove_dir(&place.staging);
}

/// A folder of that name which another user made, or with something else in it, is no leftover of ours to sweep.
fn check_staging(place: &Place) -> Result<()> {
    let staging = &place.staging;
    let metadata = match fs::symlink_metadata(staging) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => {
            result.map_err(|cause| cannot(format_args!("look at {}", staging.display()), cause))?
        }
    };
    if !metadata.is_dir() {
        return Err(not_ours(staging, "is no folder"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(not_ours(staging, "belongs to another user"));
    }
    match place.stranger_in_staging() {
        Some(name) => Err(not_ours(staging, format_args!("holds {}", name.display()))),
        None => Ok(()),
    }
}

/// The lock file, not yet locked, or `None` if the folder was removed meanwhile.
pub(super) fn open(place: &Place) -> Result<Option<File>> {
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::open(place.lock(), flags, Mode::RUSR | Mode::WUSR) {
        Ok(descriptor) => Ok(Some(File::from(descriptor))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(cannot_lock(place, errno.into())),
    }
}

/// The locked file, or `None` if it was removed before it was locked.
pub(super) fn claim(place: &Place, file: File) -> Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(place)),
        Err(TryLockError::Error(cause)) => return Err(cannot_lock(place, cause)),
    }
    let locked = file.metadata().map_err(|cause| cannot_lock(place, cause))?;
    let named = fs::symlink_metadata(place.lock());
    let is_named =
        named.is_ok_and(|named| (named.dev(), named.ino()) == (locked.dev(), locked.ino()));
    Ok(is_named.then_some(file))
}

fn cannot_lock(place: &Place, cause: io::Error) -> Error {
    cannot(format_args!("lock {}", place.staging.display()), cause)
}
