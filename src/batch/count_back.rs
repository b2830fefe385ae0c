//! Checks a finished file against what was written to it.
//!
//! | format  | source of the row count                                             |
//! |---------|---------------------------------------------------------------------|
//! | parquet | the row groups in the footer                                        |
//! | arrow   | the messages of the blocks in the footer                            |
//! | others  | none: it would mean decoding the file again, which `verify` does    |

use super::sink::{Written, failed};
use super::{Encoding, ipc, parquet};
use crate::{Error, ErrorKind, Result};
use std::error::Error as StdError;
use std::fs::File;
use std::path::Path;

/// Compares the file at `path` with what was written to it: its size, and its number of rows if the format records it. Returns
/// its number of rows.
///
/// A different size or a missing footer is [`ErrorKind::Output`], since the filesystem has lost bytes. A different number of
/// rows is [`ErrorKind::Sums`].
pub(super) fn count_back(
    path: &Path,
    encoding: Encoding,
    written: &Written,
    rows: u64,
) -> Result<u64> {
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes != written.bytes {
        return Err(lost(bytes, written.bytes));
    }
    let recorded: Result<u64, Box<dyn StdError + Send + Sync>> = match encoding {
        Encoding::Parquet(_) => parquet::recorded_rows(&file).map_err(Into::into),
        Encoding::Arrow(_) => ipc::recorded_rows(&file).map_err(Into::into),
        Encoding::Csv(_) | Encoding::Ndjson(_) | Encoding::Pickle => return Ok(rows),
    };
    match recorded {
        Ok(recorded) if recorded == rows => Ok(recorded),
        Ok(recorded) => Err(other_rows(recorded, rows)),
        Err(cause) => Err(unreadable().because(cause)),
    }
}

fn lost(bytes: u64, expected: u64) -> Error {
    let message = format!("{expected} bytes were written, but the file has {bytes}");
    Error::new(ErrorKind::Output, message).advise(ADVICE)
}

fn unreadable() -> Error {
    Error::new(
        ErrorKind::Output,
        "can't read the file back after it was written",
    )
    .advise(ADVICE)
}

fn other_rows(recorded: u64, rows: u64) -> Error {
    let message =
        format!("{rows} rows were written, but according to its footer the file has {recorded}");
    Error::new(ErrorKind::Sums, message).advise("nothing was published; report this as a bug")
}

const ADVICE: &str = "nothing was published; check whether another program writes to the staging folder or the disk is failing";

#[cfg(test)]
mod tests;
