//! The stage's JSON files. Each is written once, as a whole, by whichever process is the first to finish what it describes.

use crate::durable::{self, sync_and_close};
use crate::{Error, ErrorKind, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Version of the stage's format. It is raised when a reader of an older version would misread it.
pub(super) const STAGE_VERSION: u32 = 1;

/// What to do if the stage's disk is full.
pub(crate) const FULL: &str =
    "free some space, and run the same command again: what is complete is kept";

/// Whether this process or another one has written a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Here,
    Elsewhere,
}

/// Writes a JSON file, unless it exists. `attempt` distinguishes this process's temporary file from those of others.
pub(super) fn write_new(path: &Path, attempt: &str, content: &impl Serialize) -> Result<Written> {
    let mut json = serde_json::to_vec_pretty(content).map_err(|cause| {
        let message = "internal error: can't serialize a stage's file as JSON";
        Error::new(ErrorKind::Bug, message).because(cause)
    })?;
    json.push(b'\n');
    let partial = partial(path, attempt);
    let written = File::create(&partial)
        .and_then(|mut file| file.write_all(&json).and_then(|()| sync_and_close(file)))
        .and_then(|()| place(&partial, path));
    // Where it was moved rather than linked, it is gone.
    let _ = fs::remove_file(&partial);
    match written {
        Ok(()) => {
            sync_folder(path.parent().unwrap_or(Path::new(".")))?;
            Ok(Written::Here)
        }
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(Written::Elsewhere),
        Err(cause) => Err(cannot("write", path, cause)),
    }
}

fn partial(path: &Path, attempt: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{attempt}"));
    path.with_file_name(name)
}

/// Gives a complete file its name, if nothing has that name. NFS has links but not the flag; some FUSE filesystems have the flag
/// but no links.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
            let moved = renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE);
            moved.map_err(io::Error::from)
        }
        linked => linked,
    }
}

/// Reads a JSON file; `None` if it doesn't exist.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let bytes = match fs::read(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            let message = format!("can't read {}", path.display());
            return Err(Error::new(ErrorKind::Fault, message).because(cause));
        }
        Ok(bytes) => bytes,
    };
    let content = serde_json::from_slice(&bytes).map_err(|cause| {
        let place = format!("{}, line {}", path.display(), cause.line());
        let error = Error::new(ErrorKind::Fault, "can't parse a file of the stage");
        error.within(place).because(cause)
    });
    content.map(Some)
}

pub(super) fn sync_folder(path: &Path) -> Result<()> {
    durable::sync_folder(path).map_err(|cause| cannot("sync the folder", path, cause))
}

/// Creates a folder and those above it, if they don't exist.
pub(super) fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|cause| cannot("create the folder", path, cause))
}

/// The error for a state that no input should lead to.
pub(super) fn bug(message: &str) -> Error {
    Error::new(ErrorKind::Bug, format!("internal error: {message}"))
}

/// The error when the operating system refuses an operation on the stage: exit code 5.
pub(super) fn cannot(what: impl Display, path: &Path, cause: io::Error) -> Error {
    let error = Error::new(
        ErrorKind::Output,
        format!("can't {what} {}", path.display()),
    );
    let error = match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            error.advise("name a folder that you are allowed to write to with --stage")
        }
        _ => error,
    };
    error.because(cause).if_full(FULL)
}
