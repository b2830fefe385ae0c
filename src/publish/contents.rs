//! Compares a folder with the files of a manifest.

use super::failure::cannot;
use crate::Result;
use crate::batch::BatchFile;
use crate::checksum;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Whether `folder` is a folder with the files of the manifest, each of its size and checksum, and nothing else.
pub(super) fn holds_exactly(folder: &Path, files: &[BatchFile]) -> Result<bool> {
    compare(folder, files)
        .map_err(|cause| cannot(format_args!("read the folder {}", folder.display()), cause))
}

fn compare(folder: &Path, files: &[BatchFile]) -> io::Result<bool> {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir());
    if !is_folder || !sizes_agree(folder, files)? {
        return Ok(false);
    }
    for file in files {
        let file_in_folder = File::open(folder.join(&file.name))?;
        if checksum::of(file_in_folder, || Ok::<_, io::Error>(()))? != file.sha256 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn sizes_agree(folder: &Path, files: &[BatchFile]) -> io::Result<bool> {
    let mut expected: HashMap<&OsStr, u64> = files
        .iter()
        .map(|file| (OsStr::new(&file.name), file.bytes))
        .collect();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let bytes = expected.remove(entry.file_name().as_os_str());
        if !metadata.is_file() || bytes != Some(metadata.len()) {
            return Ok(false);
        }
    }
    Ok(expected.is_empty())
}
