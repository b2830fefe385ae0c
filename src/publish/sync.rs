//! Syncing changes to disk. A failed fsync is final: the dirty pages might be gone, and a second fsync would succeed.

use super::failure::cannot;
use crate::{Result, durable};
use std::path::Path;

/// Syncs the entries of the folder at `path` to disk.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    durable::sync_folder(path)
        .map_err(|cause| cannot(format_args!("sync the folder {}", path.display()), cause))
}
