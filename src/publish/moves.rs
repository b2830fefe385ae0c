//! The moves of a publication. Each is a single system call that can be undone.

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A change at the target.
#[derive(Debug)]
pub(super) enum Move {
    /// `from` becomes `to`. A folder can only replace an empty folder: the kernel refuses any other.
    Rename { from: PathBuf, to: PathBuf },
    /// The file `from` becomes `to`, which must not exist.
    Place { from: PathBuf, to: PathBuf },
    /// Both change places atomically.
    Exchange { one: PathBuf, other: PathBuf },
    /// `original` is copied to `copy`, since the next move replaces it.
    Keep { original: PathBuf, copy: PathBuf },
}

impl Move {
    pub(super) fn make(&self) -> io::Result<()> {
        match self {
            Self::Rename { from, to } => fs::rename(from, to),
            Self::Place { from, to } => place(from, to),
            Self::Exchange { one, other } => exchange(one, other),
            Self::Keep { original, copy } => fs::copy(original, copy).map(|_bytes| ()),
        }
    }

    /// The path where something else might be in its way.
    pub(super) fn target(&self) -> &Path {
        match self {
            Self::Rename { to: target, .. }
            | Self::Place { to: target, .. }
            | Self::Exchange { other: target, .. }
            | Self::Keep { copy: target, .. } => target,
        }
    }

    /// Undoes the move. Later moves must have been undone already.
    pub(super) fn undo(&self) -> io::Result<()> {
        match self {
            Self::Rename { from, to } | Self::Place { from, to } => fs::rename(to, from),
            Self::Exchange { one, other } => exchange(one, other),
            Self::Keep { original, copy } => fs::rename(copy, original),
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rename { from, to } | Self::Place { from, to } => {
                write!(f, "rename {} to {}", from.display(), to.display())
            }
            Self::Exchange { one, other } => {
                write!(f, "exchange {} and {}", one.display(), other.display())
            }
            Self::Keep { original, copy } => {
                write!(f, "copy {} to {}", original.display(), copy.display())
            }
        }
    }
}

fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

/// Renames without replacing. If the filesystem doesn't support that, it checks before the rename that nothing is there.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(io::Error::from) {
        Err(cause) if is_unsupported(&cause) => match fs::symlink_metadata(to) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(from, to),
        },
        result => result,
    }
}

/// Whether the filesystem of `folder` can't move it. `occupied` is a folder that is not empty.
///
/// Overlay filesystems refuse to move a folder that comes from a lower layer (EXDEV). Only an attempt shows that. This attempt
/// never succeeds, since a rename doesn't replace a folder that is not empty: on other filesystems it fails for that reason.
pub(super) fn is_immovable(folder: &Path, occupied: &Path) -> bool {
    let tried = fs::rename(folder, occupied);
    tried.is_err_and(|cause| cause.kind() == io::ErrorKind::CrossesDevices)
}

/// Whether `renameat2` or its flag is missing: on NFS and some FUSE filesystems, in kernels before 3.15, in some sandboxes.
pub(super) fn is_unsupported(cause: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(cause),
        Some(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
    )
}
