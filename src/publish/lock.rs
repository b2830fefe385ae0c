//! The lock of the staging folder: one job at a time per target.

use super::failure::{cannot, in_use, not_ours};
use super::place::Place;
use crate::{Error, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};

/// Attempts to lock a staging folder that other jobs remove meanwhile, before the target counts as busy.
const ATTEMPTS: usize = 100;

/// The locked staging folder. Dropping it releases the lock, as the end of the process does, and leaves the folder.
///
/// The lock file is created first in the folder and removed last. So a job that has locked a file that its path still names
/// owns the folder. A job that has locked a file that was removed meanwhile tries again.
#[derive(Debug)]
pub(super) struct Lock {
    place: Place,
    _file: File,
}

impl Lock {
    /// Creates the staging folder if it doesn't exist, and locks it. Fails immediately if another job has it.
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

    /// Removes the folder while the lock is held, if nothing but the lock file is left in it.
    ///
    /// Another job might create a new lock file between the two removals. Then the folder isn't empty, and belongs to that job.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(self.place.lock())?;
        fs::remove_dir(&self.place.staging)
    }
}

fn make_staging(place: &Place) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(&place.staging) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => check_staging(place),
        result => result
            .map_err(|cause| cannot(format_args!("create {}", place.staging.display()), cause)),
    }
}

/// Removes the folder if it is empty. If it contains another job's lock file, it stays.
fn unmake_staging(place: &Place) {
    // The next job removes what can't be removed now.
    let _ = fs::remove_dir(&place.staging);
}

/// Checks that the folder is firstseen's own: it must belong to this user and contain nothing else.
fn check_staging(place: &Place) -> Result<()> {
    let staging = &place.staging;
    let metadata = match fs::symlink_metadata(staging) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => {
            result.map_err(|cause| cannot(format_args!("access {}", staging.display()), cause))?
        }
    };
    if !metadata.is_dir() {
        return Err(not_ours(staging, "is not a folder"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(not_ours(staging, "belongs to another user"));
    }
    match place.foreign_entry_in_staging() {
        Some(name) => Err(not_ours(
            staging,
            format_args!("contains {}", name.display()),
        )),
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
