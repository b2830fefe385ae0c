//! `verify`: checks whether a folder still matches its manifest.
//!
//! In: a published folder, with its manifest next to it. Out: success, or a list of all faults. This module reads batch files
//! with its own decoders or those of the format's crate, never with the code that wrote them. It changes nothing, except that
//! an interrupted publication is completed first, by the module `publish`.
//!
//! ```text
//! manifest ─▶ its totals, its names                                    sums, names
//! folder   ─▶ its entries ─▶ each file: size, checksum, rows, columns  folder, file, read
//!                                └▶ hashes of the keys ─▶ repeats      keys, repeats
//! ```

mod fault;
mod file;
mod folder;
mod keys;
mod names;
mod read;
mod repeats;
mod shape;
mod sums;
#[cfg(test)]
mod tests;
mod unread;

pub use fault::Fault;

use crate::publish::{Manifest, RollForward, manifest_path, roll_forward};
use crate::{Error, ErrorKind, Proceed, Result};
use rayon::prelude::*;
use serde::Serialize;
use shape::Shape;
use std::fmt;
use std::path::{Path, PathBuf};

/// The result for a folder that matches its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The folder, as given.
    pub folder: PathBuf,
    /// ID of the run that published it.
    pub run_id: String,
    /// Number of batch files.
    pub files: u64,
    /// Rows in all of them.
    pub rows: u64,
    /// Size of all of them in bytes.
    pub bytes: u64,
}

/// Checks `folder` against the manifest next to it, `FOLDER.manifest.json`. Both can have been moved.
///
/// - The folder contains the files of the manifest and nothing else. Their names fit their rows. Each file except the last has
///   exactly the job's `batch_rows` rows.
/// - Each file has its size, its SHA-256, its rows and the columns of the manifest (for parquet and arrow, of their types). A
///   file whose checksum differs is not decoded.
/// - No key occurs twice in the folder, except NULL, and there is no NULL key unless the job allowed it.
/// - The counts of the tables and files add up.
///
/// All faults are collected. The error is [`ErrorKind::Fault`] and lists the first 20. A folder or manifest that is missing,
/// unreadable or invalid is also an [`ErrorKind::Fault`], on its own.
/// `proceed` is called before each file and every few thousand rows. Its error is returned.
///
/// This finds damage, not forgery: someone who changes a file together with its manifest can pass the check, or make an arrow
/// file ask for more memory than there is.
///
/// Files are read in the caller's rayon pool, one per thread. Keys are compared by 128-bit hashes with a random seed. This takes
/// 32 bytes of memory per row, and has a chance of about n²/2¹²⁹ that two of n distinct keys are taken for the same.
pub fn verify(folder: &Path, proceed: Proceed<'_>) -> Result<Verified> {
    let (named, state, manifest) = settled(folder)?;
    let faults = faults(&named, &manifest, proceed)?;
    if !faults.is_empty() {
        return Err(fault::error(folder, &faults, state == RollForward::InUse));
    }
    Ok(Verified {
        folder: folder.to_path_buf(),
        run_id: manifest.run_id,
        files: manifest.totals.files,
        rows: manifest.totals.new,
        bytes: manifest.totals.bytes,
    })
}

/// Reads the manifest of a folder that a run published, without checking the folder's files.
///
/// A folder or manifest that is missing, unreadable or invalid is [`ErrorKind::Fault`].
pub fn manifest(folder: &Path) -> Result<Manifest> {
    settled(folder).map(|(_, _, manifest)| manifest)
}

/// A folder and its manifest, once an interrupted publication is completed.
fn settled(folder: &Path) -> Result<(PathBuf, RollForward, Manifest)> {
    let named = named(folder)?;
    let state = roll_forward(&named)?;
    let manifest = manifest_of(&named)?;
    Ok((named, state, manifest))
}

fn faults(folder: &Path, manifest: &Manifest, proceed: Proceed<'_>) -> Result<Vec<Fault>> {
    let shape = Shape::of(manifest)?;
    let mut faults = sums::check(manifest);
    faults.extend(names::check(manifest, shape.encoding));
    let (present, entries) = folder::check(folder, &manifest.files)?;
    faults.extend(entries);
    let seed = keys::random_seed();
    let check = |file| {
        if present.contains(file) {
            file::check(folder, file, &shape, keys::Keys::new(seed, proceed))
        } else {
            Ok(file::Checked::default())
        }
    };
    let checked: Vec<_> = manifest
        .files
        .par_iter()
        .map(check)
        .collect::<Result<_>>()?;
    let (contents, keys): (Vec<_>, Vec<_>) = checked
        .into_iter()
        .map(|file::Checked { faults, keys }| (faults, keys))
        .unzip();
    faults.extend(contents.into_iter().flatten());
    faults.extend(repeats::check(&manifest.files, &keys));
    Ok(faults)
}

/// A path that ends in the folder's name, from which the manifest's name is derived.
fn named(folder: &Path) -> Result<PathBuf> {
    if folder.file_name().is_some() {
        return Ok(folder.to_path_buf());
    }
    folder.canonicalize().map_err(|cause| {
        Error::new(ErrorKind::Fault, format!("can't find {}", folder.display())).because(cause)
    })
}

fn manifest_of(folder: &Path) -> Result<Manifest> {
    let path = manifest_path(folder);
    for (path, what) in [(folder, "folder"), (&path, "manifest")] {
        if path.symlink_metadata().is_err() {
            let message = format!("the {what} {} is missing", path.display());
            return Err(Error::new(ErrorKind::Fault, message).advise(
                "give the folder that a run published, with its manifest next to it as FOLDER.manifest.json; if you move or \
                 rename the folder, do the same with the manifest",
            ));
        }
    }
    Manifest::read(&path)
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            folder,
            run_id,
            files,
            rows,
            bytes,
        } = self;
        let folder = folder.display();
        write!(
            f,
            "{folder} matches its manifest: {files} files, {rows} rows, {bytes} bytes (run {run_id})"
        )
    }
}
