//! Makes written files and folders durable, and reports every failure on the way.

use std::fs::File;
use std::io;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::path::Path;

/// Syncs the file and closes it. After an error the file is lost: neither step is ever retried.
///
/// A failed fsync may have dropped the dirty pages, so that a second one would report success. The result of `close` is
/// checked too, which dropping a [`File`] doesn't do: NFS and quotas might report only there that the disk is full.
pub(crate) fn sync_and_close(file: File) -> io::Result<()> {
    file.sync_all()?;
    close(file.into())
}

/// Syncs the entries of the folder at `path` to disk. Some filesystems (CIFS, some FUSE filesystems) don't support fsync on a
/// folder and return EINVAL. Nothing was lost, and nothing can be done.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(cause) if cause.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

#[expect(
    unsafe_code,
    reason = "a close that reports its error takes a raw descriptor"
)]
fn close(file: OwnedFd) -> io::Result<()> {
    // SAFETY: the descriptor is owned here and given up, so nothing else closes or uses it.
    Ok(unsafe { rustix::io::try_close(file.into_raw_fd()) }?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_closed_with_its_bytes() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("f");
        std::fs::write(&path, "1")?;
        sync_and_close(File::open(&path)?)?;
        assert_eq!(std::fs::read_to_string(path)?, "1");
        Ok(())
    }

    #[test]
    #[cfg(target_os = "linux")] // fsync fails on a pipe
    fn a_failed_sync_is_reported() -> io::Result<()> {
        let (_reader, writer) = io::pipe()?;
        assert!(sync_and_close(File::from(OwnedFd::from(writer))).is_err());
        Ok(())
    }
}
