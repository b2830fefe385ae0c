//! Making changes last. A failed fsync is final: the dirty pages may be gone, and a second one would report success.

use super::failure::cannot;
use crate::Result;
use std::fs::File;
use std::io;
use std::path::Path;

/// Makes the entries of the folder at `path` last.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|folder| sync_entries(&folder))
        .map_err(|cause| cannot(format_args!("sync the folder {}", path.display()), cause))
}

/// Some filesystems (CIFS, some of FUSE) know no fsync of a folder and say EINVAL: nothing was lost, nothing can be done.
fn sync_entries(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(cause) if cause.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}
