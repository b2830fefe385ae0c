//! Reading and writing the manifest as a file.

use super::failure::cannot;
use super::manifest::{Manifest, SCHEMA_VERSION};
use crate::durable::sync_and_close;
use crate::{Error, ErrorKind, Result};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

impl Manifest {
    /// Reads the manifest at `path`.
    ///
    /// A manifest that is missing, can't be parsed, or is of a newer [`SCHEMA_VERSION`] is [`ErrorKind::Fault`]. Whether it
    /// is consistent, in itself or with its folder, is not checked.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|cause| {
            let message = format!("can't read the manifest {}", path.display());
            Error::new(ErrorKind::Fault, message).because(cause)
        })?;
        let broken = |cause: serde_json::Error| {
            let place = format!("{}, line {}", path.display(), cause.line());
            let error = Error::new(ErrorKind::Fault, "can't parse the manifest");
            error.within(place).because(cause)
        };
        let version: Version = serde_json::from_slice(&bytes).map_err(broken)?;
        if version.schema_version > SCHEMA_VERSION {
            return Err(newer(path, version.schema_version));
        }
        serde_json::from_slice(&bytes).map_err(broken)
    }

    /// Writes a new file at `path`, indented and with a final newline, and syncs it to disk.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|cause| {
            Error::new(
                ErrorKind::Bug,
                "internal error: can't serialize the manifest as JSON",
            )
            .because(cause)
        })?;
        json.push(b'\n');
        File::create_new(path)
            .and_then(|mut file| file.write_all(&json).and_then(|()| sync_and_close(file)))
            .map_err(|cause| cannot(format_args!("write {}", path.display()), cause))
    }
}

/// Read first, since everything else might differ in a newer manifest.
#[derive(Deserialize)]
struct Version {
    schema_version: u32,
}

fn newer(path: &Path, version: u32) -> Error {
    let message = format!(
        "the manifest {} has schema version {version}, but this firstseen only reads up to {SCHEMA_VERSION}",
        path.display()
    );
    Error::new(ErrorKind::Fault, message).advise("use the firstseen that wrote it, or a newer one")
}
