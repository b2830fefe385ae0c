//! Where a publication's files stand: all of them in one parent folder, so that every move is a rename.

use crate::{Error, ErrorKind, Result};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The paths of the publication to one target. Nothing of it need exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder to publish, without a trailing slash (which would make system calls follow a symlink).
    pub(super) out: PathBuf,
    /// The folder that holds it.
    pub(super) parent: PathBuf,
    /// Its manifest.
    pub(super) manifest: PathBuf,
    /// The staging folder.
    pub(super) staging: PathBuf,
}

impl Place {
    /// The paths that belong to `out`. A path that ends in no name (`.`, `/`, `x/..`) is refused.
    pub(super) fn of(out: &Path) -> Result<Self> {
        let Some(name) = out.file_name() else {
            return Err(unnamed(out));
        };
        let parent = out.parent().unwrap_or(Path::new(""));
        let mut staging = OsString::from(".");
        staging.push(name);
        staging.push(".firstseen");
        Ok(Self {
            out: parent.join(name),
            manifest: manifest_path(out),
            staging: parent.join(staging),
            parent: if parent == Path::new("") {
                PathBuf::from(".")
            } else {
                parent.to_path_buf()
            },
        })
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.staging.join("lock")
    }

    pub(super) fn staged_folder(&self) -> PathBuf {
        self.staging.join("batches")
    }

    pub(super) fn staged_manifest(&self) -> PathBuf {
        self.staging.join("manifest.json")
    }

    /// The manifest while it is being written.
    pub(super) fn partial_manifest(&self) -> PathBuf {
        self.staging.join("manifest.json.partial")
    }

    pub(super) fn replaced_folder(&self) -> PathBuf {
        self.staging.join("replaced")
    }

    pub(super) fn replaced_manifest(&self) -> PathBuf {
        self.staging.join("replaced.manifest.json")
    }

    /// Something in the staging folder that no publication puts there.
    pub(super) fn stranger_in_staging(&self) -> Option<OsString> {
        let ours = [
            self.lock(),
            self.staged_folder(),
            self.staged_manifest(),
            self.partial_manifest(),
            self.replaced_folder(),
            self.replaced_manifest(),
        ];
        let mut entries = fs::read_dir(&self.staging).ok()?.flatten();
        entries
            .find(|entry| !ours.contains(&entry.path()))
            .map(|entry| entry.file_name())
    }
}

/// The manifest of the folder `out`: `batches.manifest.json` beside `batches`, whether `out` ends in `/` or not.
///
/// The path is taken as it is written: of `.` or `x/..` the result names no manifest.
pub fn manifest_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().map(OsStr::to_owned).unwrap_or_default();
    name.push(".manifest.json");
    out.with_file_name(name)
}

fn unnamed(out: &Path) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("--out: \"{}\" names no folder of its own", out.display()),
    )
    .advise("name a folder that firstseen makes and replaces as a whole, such as --out batches")
}
