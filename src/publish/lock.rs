//! One job at a time for a target: the staging folder's lock.

use super::failure::{cannot, in_use, not_ours};
use super::place::Place;
use crate::Result;
use rustix::fs::{Mode, OFlags};
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
            if let Some(file) = try_lock(place)? {
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

/// The locked file, or `None` if the folder or the file was removed before it was locked.
fn try_lock(place: &Place) -> Result<Option<File>> {
    let cannot_lock =
        |cause: io::Error| cannot(format_args!("lock {}", place.staging.display()), cause);
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = match rustix::fs::open(place.lock(), flags, Mode::RUSR | Mode::WUSR) {
        Ok(descriptor) => File::from(descriptor),
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(cannot_lock(errno.into())),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(place)),
        Err(TryLockError::Error(cause)) => return Err(cannot_lock(cause)),
    }
    let locked = file.metadata().map_err(cannot_lock)?;
    let named = fs::symlink_metadata(place.lock());
    let is_named =
        named.is_ok_and(|named| (named.dev(), named.ino()) == (locked.dev(), locked.ino()));
    Ok(is_named.then_some(file))
}
