//! The paths of a publication. All are in one parent folder, so that every move is a rename.

use crate::{Error, ErrorKind, Result};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The paths of the publication to one target. None of them has to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder to publish, without a trailing slash, which would make system calls follow a symlink.
    pub(super) out: PathBuf,
    /// The folder that contains it.
    pub(super) parent: PathBuf,
    /// Its manifest.
    pub(super) manifest: PathBuf,
    /// The staging folder.
    pub(super) staging: PathBuf,
}

impl Place {
    /// The paths that belong to `out`. A path that doesn't end in a name (`.`, `/`, `x/..`) is refused.
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

    /// Something in the staging folder that doesn't belong to a publication.
    pub(super) fn foreign_entry_in_staging(&self) -> Option<OsString> {
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

/// The path of the manifest of the folder `out`: `batches.manifest.json` next to `batches`, whether `out` ends in `/` or not.
///
/// The path is taken as written: for `.` or `x/..` the result is not the path of a manifest.
pub fn manifest_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().map(OsStr::to_owned).unwrap_or_default();
    name.push(".manifest.json");
    out.with_file_name(name)
}

fn unnamed(out: &Path) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!(
            "--out {} doesn't end in the name of a folder",
            out.display()
        ),
    )
    .advise("name a folder that firstseen can create and replace as a whole, such as --out batches")
}
