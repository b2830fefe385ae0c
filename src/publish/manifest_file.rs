//! The manifest as a file.

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
    /// One that is missing, broken, or of a newer [`SCHEMA_VERSION`] is [`ErrorKind::Fault`], with the line where it
    /// is broken. Whether it agrees with itself or with its folder is not checked.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|cause| fault(path, "can't be read").because(cause))?;
        let broken = |cause: serde_json::Error| {
            let line = cause.line();
            fault(path, &format!("is broken in line {line}")).because(cause)
        };
        let version: Version = serde_json::from_slice(&bytes).map_err(broken)?;
        if version.schema_version > SCHEMA_VERSION {
            return Err(newer(path, version.schema_version));
        }
        serde_json::from_slice(&bytes).map_err(broken)
    }

    /// Writes a new file at `path`, indented and with a final newline, and makes its bytes last.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|cause| {
            Error::new(ErrorKind::Bug, "the manifest can't be told in JSON").because(cause)
        })?;
        json.push(b'\n');
        File::create_new(path)
            .and_then(|mut file| file.write_all(&json).and_then(|()| sync_and_close(file)))
            .map_err(|cause| cannot(format_args!("write {}", path.display()), cause))
    }
}

/// What is read first: a newer manifest may differ in everything else.
#[derive(Deserialize)]
struct Version {
    schema_version: u32,
}

fn newer(path: &Path, version: u32) -> Error {
    let why =
        format!("has schema version {version}, and this firstseen reads up to {SCHEMA_VERSION}");
    fault(path, &why).advise("use the firstseen that wrote it, or a newer one")
}

fn fault(path: &Path, why: &str) -> Error {
    let message = format!("the manifest {} {why}", path.display());
    Error::new(ErrorKind::Fault, message)
}
