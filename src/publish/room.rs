//! Whether the target's filesystem has enough free space for a result.

use super::failure::FULL;
use super::target::Target;
use crate::{Error, ErrorKind, Result};
use rustix::fs::statvfs;

/// With less free space than this, a job doesn't begin: a manifest and a few small files might need this much.
const MIN_FREE_BYTES: u64 = 1024 * 1024;

/// Files and folders that a publication creates at least: staging folder and lock, folder and file, two manifests.
const MIN_FREE_FILES: u64 = 6;

/// The free space of the target's filesystem, for this user.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// `None` if the filesystem doesn't report it.
    free_bytes: Option<u64>,
}

impl Room {
    /// Looks at the filesystem to which `target` would be published. Less than 1 MiB of free space, or too few inodes for a
    /// handful of files, is [`ErrorKind::Output`].
    ///
    /// `statvfs` reports the current state and ignores quotas. An earlier result occupies space until it is replaced.
    pub fn at(target: &Target) -> Result<Self> {
        let parent = &target.place.parent;
        // Some network filesystems don't report it. Then only writing shows.
        let Ok(found) = statvfs(parent) else {
            return Ok(Self { free_bytes: None });
        };
        let free_bytes = found.f_bavail.saturating_mul(found.f_frsize);
        // Filesystems that create inodes on demand, such as btrfs, report 0 of 0.
        let no_files = found.f_files > 0 && found.f_favail < MIN_FREE_FILES;
        if free_bytes >= MIN_FREE_BYTES && !no_files {
            let free_bytes = Some(free_bytes);
            return Ok(Self { free_bytes });
        }
        let left = if no_files {
            format!("space for only {} more files", found.f_favail)
        } else {
            format!("only {free_bytes} bytes of free space")
        };
        let parent = parent.display();
        let message = format!("the filesystem of {parent} has {left}");
        Err(Error::new(ErrorKind::Output, message).advise(FULL))
    }

    /// The free bytes, if known and fewer than `bytes`.
    pub fn free_if_below(self, bytes: u64) -> Option<u64> {
        self.free_bytes.filter(|free| *free < bytes)
    }
}
