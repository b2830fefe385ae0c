//! The end of a file, where formats have their footer.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Reads the last `bytes` bytes of the file before the final `after` bytes.
pub(super) fn end_of(mut file: &File, bytes: usize, after: usize) -> io::Result<Vec<u8>> {
    let from_end = i64::try_from(bytes.saturating_add(after)).map_err(io::Error::other)?;
    file.seek(SeekFrom::End(from_end.saturating_neg()))?;
    let mut end = vec![0; bytes];
    file.read_exact(&mut end)?;
    Ok(end)
}
