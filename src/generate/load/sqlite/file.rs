//! A new file, from its creation until it gets its name.

use crate::{Error, ErrorKind, Result};
use std::fs::File;
use std::io;
use std::path::Path;
use tempfile::TempPath;

/// An empty file next to `path`, which is removed unless it is published.
pub(super) fn unfinished_file(path: &Path) -> Result<TempPath> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".firstseen-generate-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666)); // less the umask
    }
    let file = builder
        .tempfile_in(parent)
        .map_err(|cause| unwritable(cause, path))?;
    Ok(file.into_temp_path())
}

/// Gives the finished file its name, unless another file has taken it in the meantime.
pub(super) fn publish(unfinished: TempPath, path: &Path) -> Result<()> {
    File::open(&unfinished)
        .and_then(|file| file.sync_all())
        .and_then(|()| {
            unfinished
                .persist_noclobber(path)
                .map_err(|cause| cause.error)
        })
        .map_err(|cause| unwritable(cause, path))
}

/// An output error: the file is this command's output.
pub(super) fn unwritable(cause: io::Error, path: &Path) -> Error {
    if cause.kind() == io::ErrorKind::AlreadyExists {
        return Error::new(
            ErrorKind::Exists,
            "another program created the SQLite file in the meantime",
        )
        .because(cause)
        .advise("run the command again to add the tables to that file, or choose another one");
    }
    let error = Error::new(ErrorKind::Output, "the SQLite file can't be written").because(cause);
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            error.advise("create its folder first")
        }
        _ => error,
    }
}
