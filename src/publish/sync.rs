//! Syncing changes to disk. A failed fsync is final: the dirty pages might be gone, and a second fsync would succeed.

use super::failure::cannot;
use crate::Result;
use std::fs::File;
use std::io;
use std::path::Path;

/// Syncs the entries of the folder at `path` to disk.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|folder| sync_entries(&folder))
        .map_err(|cause| cannot(format_args!("sync the folder {}", path.display()), cause))
}

/// Some filesystems (CIFS, some FUSE filesystems) don't support fsync on a folder and return EINVAL. Nothing was lost, and
/// nothing can be done.
fn sync_entries(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(cause) if cause.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}
