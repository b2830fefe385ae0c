//! Batch files: slices of the surviving rows are gathered from the candidates' record batches and encoded in parallel.
//!
//! In: record batches in unit order, and the indices of the surviving rows. Out: files in a staging folder, with
//! their row counts and checksums. This module never decides which rows survive, and never touches the target folder.
//!
//! ```text
//! survivors ─▶ slice ─▶ picks (batch, row) ─▶ canonical record batch ─▶ encoder ─▶ sink   locate, canonical, write
//!                                             parquet | ipc | csv | ndjson | pickle
//! ```
//!
//! The canonical record batch, and so the bytes of a file, depend only on the slice's values: not on workers, chunk sizes or
//! the machine.

mod calendar;
mod canonical;
mod cell;
mod column_encoding;
mod compression;
mod count_back;
mod csv;
mod encoding;
mod file_end;
#[cfg(test)]
mod fixture;
mod format;
mod ipc;
mod json;
mod locate;
mod look;
mod name;
mod ndjson;
mod parquet;
mod pickle;
mod sink;
mod stream;
mod text;
mod write;

pub use compression::{ArrowCompression, ParquetCompression, TextCompression};
pub use encoding::Encoding;
pub use format::Format;
pub(crate) use locate::{Ends, InMemory, Pick, Picks, Rows, Supply};
pub use name::{check_prefix, file_name};
pub(crate) use write::write_batches;
pub use write::{Layout, ShardRows};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A batch file, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchFile {
    /// Its name.
    pub name: String,
    /// Its number of rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}
