//! Whether a folder contains the files of the manifest and nothing else.

use super::Fault;
use crate::batch::BatchFile;
use crate::{Error, ErrorKind, Result};
use std::collections::HashSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

/// The files of the manifest that exist.
pub(super) struct Present<'a>(HashSet<&'a str>);

impl Present<'_> {
    pub(super) fn contains(&self, file: &BatchFile) -> bool {
        self.0.contains(file.name.as_str())
    }
}

/// Compares the entries of the folder by name. Only these are opened, so no name in a manifest leads out of its folder.
pub(super) fn check<'a>(
    folder: &Path,
    files: &'a [BatchFile],
) -> Result<(Present<'a>, Vec<Fault>)> {
    let mut listed: HashSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut present = HashSet::new();
    let mut faults = Vec::new();
    for entry in entries(folder).map_err(|cause| unreadable(folder, cause))? {
        let name = entry.file_name();
        let file = || name.to_string_lossy().into_owned();
        match name.to_str().and_then(|name| listed.take(name)) {
            None => faults.push(Fault::Extra { file: file() }),
            Some(_) if !is_file(&entry) => faults.push(Fault::NoFile { file: file() }),
            Some(name) => drop(present.insert(name)),
        }
    }
    let missing = files
        .iter()
        .filter(|file| listed.contains(file.name.as_str()));
    faults.extend(missing.map(|file| Fault::Missing {
        file: file.name.clone(),
    }));
    Ok((Present(present), faults))
}

/// The entries, sorted by name so that faults come in the same order everywhere.
fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_file())
}

fn unreadable(folder: &Path, cause: io::Error) -> Error {
    let message = format!("can't read the folder {}", folder.display());
    Error::new(ErrorKind::Fault, message).because(cause)
}
