//! Checks one batch file: its size, its checksum and its content.

use super::Fault;
use super::keys::{Hash, Keys, NULL_KEY};
use super::read::read;
use super::shape::Shape;
use super::unread::Unread;
use crate::Result;
use crate::batch::BatchFile;
use crate::checksum;
use std::fs::File;
use std::io::Seek;
use std::path::Path;

/// The result for one file.
#[derive(Default)]
pub(super) struct Checked {
    pub faults: Vec<Fault>,
    /// The key of each row; empty if the file was not read.
    pub keys: Vec<Hash>,
}

/// Checks the file in `folder` that the manifest lists as `file`.
pub(super) fn check(
    folder: &Path,
    file: &BatchFile,
    shape: &Shape,
    keys: Keys<'_>,
) -> Result<Checked> {
    match compare(&folder.join(&file.name), file, shape, keys) {
        Ok(checked) => Ok(checked),
        Err(Unread::Stopped(error)) => Err(error),
        Err(Unread::Content(what)) => Ok(Checked {
            faults: vec![Fault::Content {
                file: file.name.clone(),
                what,
            }],
            keys: Vec::new(),
        }),
    }
}

fn compare(
    path: &Path,
    file: &BatchFile,
    shape: &Shape,
    mut keys: Keys<'_>,
) -> Result<Checked, Unread> {
    let mut bytes = File::open(path)?;
    let faults = differences(&mut bytes, file, &keys)?;
    if !faults.is_empty() {
        return Ok(Checked {
            faults,
            keys: Vec::new(),
        });
    }
    bytes.rewind()?;
    read(bytes, shape, &mut keys)?;
    let rows = (keys.rows() != file.rows).then(|| Fault::Rows {
        file: file.name.clone(),
        rows: keys.rows(),
        expected: file.rows,
    });
    let keys = keys.into_hashes();
    let nulls = null_keys(file, &keys).filter(|_| !shape.null_keys);
    let faults = rows.into_iter().chain(nulls).collect();
    Ok(Checked { faults, keys })
}

/// Compares size and checksum. If the size differs, the checksum is not computed: it would differ, too.
fn differences(bytes: &mut File, file: &BatchFile, keys: &Keys<'_>) -> Result<Vec<Fault>, Unread> {
    let size = bytes.metadata()?.len();
    let name = || file.name.clone();
    if size != file.bytes {
        let expected = file.bytes;
        return Ok(vec![Fault::Size {
            file: name(),
            bytes: size,
            expected,
        }]);
    }
    let differs = checksum::of(&mut *bytes, || keys.look())? != file.sha256;
    Ok(differs
        .then(|| Fault::Checksum { file: name() })
        .into_iter()
        .collect())
}

fn null_keys(file: &BatchFile, keys: &[Hash]) -> Option<Fault> {
    let first = keys.iter().position(|hash| *hash == NULL_KEY)?;
    Some(Fault::NullKeys {
        file: file.name.clone(),
        rows: keys.iter().filter(|hash| **hash == NULL_KEY).count() as u64,
        first_row: first as u64 + 1,
    })
}
