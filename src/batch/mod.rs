//! Batch files: slices of survivors, gathered from the candidates' record batches, encoded in parallel.
//!
//! In: record batches in unit order, and the indices of the surviving rows. Out: files in a staging folder, with
//! their row counts and checksums. This room never decides which rows survive, and never touches the target folder.

mod encoding;

use serde::{Deserialize, Serialize};

/// A batch file, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFile {
    /// Its name in the folder.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}
