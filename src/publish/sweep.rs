//! Cleaning up the staging folder.

use super::failure::cannot;
use super::place::Place;
use crate::Result;
use std::fs;
use std::io;
use std::path::Path;

/// Removes everything except the lock. The manifest goes first: without it, the rest is not a pending publication.
pub(super) fn sweep(place: &Place) -> Result<()> {
    let files = [
        place.staged_manifest(),
        place.partial_manifest(),
        place.replaced_manifest(),
    ];
    for file in files {
        gone(&file, fs::remove_file(&file))?;
    }
    for folder in [place.staged_folder(), place.replaced_folder()] {
        gone(&folder, fs::remove_dir_all(&folder))?;
    }
    Ok(())
}

fn gone(path: &Path, removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(cannot(format_args!("remove {}", path.display()), cause))
        }
        _ => Ok(()),
    }
}
