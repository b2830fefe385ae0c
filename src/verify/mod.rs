//! `verify`: whether a folder still holds what its manifest says.
//!
//! In: a published folder, with its manifest beside it. Out: that all is well, or every fault there is. This room reads
//! batch files with decoders of its own or of their format's crate, never with the code that wrote them, and it
//! changes nothing (only a publication that was cut is first brought to its end, by the room `publish`).
//!
//! ```text
//! manifest ─▶ its sums, its names                                      sums, names
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

/// What was found to be as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The folder, as it was given.
    pub folder: PathBuf,
    /// Identity of the run that published it.
    pub run_id: String,
    /// Batch files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// Checks `folder` against the manifest beside it, `FOLDER.manifest.json`, wherever both have been moved to.
///
/// - The folder holds the manifest's files and nothing else, under the names that their rows give them, each but the
///   last with exactly the job's `batch_rows`.
/// - Each file has its size, its SHA-256, its rows and the manifest's columns (parquet and arrow: of their types). A file
///   whose checksum differs is not decoded.
/// - No key that is not NULL stands twice in the folder, and no NULL key where the job allowed none.
/// - The counts of the tables and files add up.
///
/// All faults are collected; the error is [`ErrorKind::Fault`] and tells the first 20. A missing folder or manifest, or one that
/// can't be read or understood, is an [`ErrorKind::Fault`] of its own.
/// `proceed` is asked before each file and every few thousand rows; its error is given back.
///
/// This finds damage, not forgery: who changes a file and its manifest together can pass, or make an arrow file ask for
/// more memory than there is.
///
/// Files are read in the caller's rayon pool, one a thread. Keys are compared by 128-bit hashes with a random seed: 32 bytes
/// of memory a row, and a chance of about n²/2¹²⁹ that two of n distinct keys are taken for one.
pub fn verify(folder: &Path, proceed: Proceed<'_>) -> Result<Verified> {
    let named = named(folder)?;
    let state = roll_forward(&named)?;
    let manifest = manifest_of(&named)?;
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

/// A path that ends in the folder's name: the manifest's name is made of it.
fn named(folder: &Path) -> Result<PathBuf> {
    if folder.file_name().is_some() {
        return Ok(folder.to_path_buf());
    }
    folder.canonicalize().map_err(|cause| {
        Error::new(
            ErrorKind::Fault,
            format!("{} can't be found", folder.display()),
        )
        .because(cause)
    })
}

fn manifest_of(folder: &Path) -> Result<Manifest> {
    let path = manifest_path(folder);
    for (path, what) in [(folder, "folder"), (&path, "manifest")] {
        if path.symlink_metadata().is_err() {
            let message = format!("the {what} {} is missing", path.display());
            return Err(Error::new(ErrorKind::Fault, message).advise(
                "give the folder that a run published; its manifest stands beside it as FOLDER.manifest.json \
                 and is moved or renamed with it",
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
            "{folder}: as its manifest says: {files} files, {rows} rows, {bytes} bytes (run {run_id})"
        )
    }
}
