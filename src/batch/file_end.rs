//! The end of a file, where formats keep what the file holds.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The last `bytes` of the file, but the `after` ones at its very end.
pub(super) fn end_of(mut file: &File, bytes: usize, after: usize) -> io::Result<Vec<u8>> {
    let from_end = i64::try_from(bytes.saturating_add(after)).map_err(io::Error::other)?;
    file.seek(SeekFrom::End(from_end.saturating_neg()))?;
    let mut end = vec![0; bytes];
    file.read_exact(&mut end)?;
    Ok(end)
}
