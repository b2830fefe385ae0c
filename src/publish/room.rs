//! Whether the target's filesystem has room for a result.

use super::target::Target;
use crate::{Error, ErrorKind, Result};
use rustix::fs::statvfs;

/// Less than this is called full: a manifest and a few small files may need it, and no job is worth beginning.
const MIN_FREE_BYTES: u64 = 1024 * 1024;

/// Files and folders that a publication makes at least: staging and its lock, the folder and a file, two manifests.
const MIN_FREE_FILES: u64 = 6;

/// What the target's filesystem has for this user.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// `None` where the filesystem doesn't tell.
    free_bytes: Option<u64>,
}

impl Room {
    /// Looks at the filesystem on which `target` would be published. Less than 1 MiB, or no room for a handful of files:
    /// [`ErrorKind::Output`].
    ///
    /// What `statvfs` tells is a moment's state, and knows no quota. An earlier result that would be replaced takes room
    /// until it is.
    pub fn at(target: &Target) -> Result<Self> {
        let parent = &target.place.parent;
        // Some network filesystems don't tell. Then only writing shows.
        let Ok(found) = statvfs(parent) else {
            return Ok(Self { free_bytes: None });
        };
        let free_bytes = found.f_bavail.saturating_mul(found.f_frsize);
        // Filesystems that make inodes as they need them (btrfs) say that they have 0 of 0.
        let no_files = found.f_files > 0 && found.f_favail < MIN_FREE_FILES;
        if free_bytes >= MIN_FREE_BYTES && !no_files {
            let free_bytes = Some(free_bytes);
            return Ok(Self { free_bytes });
        }
        let left = if no_files {
            format!("{} more files", found.f_favail)
        } else {
            format!("{free_bytes} bytes")
        };
        let parent = parent.display();
        let message = format!("the filesystem of {parent} has room for {left} only");
        Err(Error::new(ErrorKind::Output, message)
            .advise("free some space, or name a folder on another filesystem with --out"))
    }

    /// The free bytes, if they are known and fewer than `bytes`.
    pub fn free_if_below(self, bytes: u64) -> Option<u64> {
        self.free_bytes.filter(|free| *free < bytes)
    }
}
