//! A finished file, asked what it holds.
//!
//! | format  | rows counted back from                                              |
//! |---------|---------------------------------------------------------------------|
//! | parquet | the footer's row groups                                             |
//! | arrow   | the messages of the footer's blocks                                 |
//! | others  | nothing: it would take a second decoding, which `verify` is there for |

use super::sink::{Written, failed};
use super::{Encoding, ipc, parquet};
use crate::{Error, ErrorKind, Result};
use std::error::Error as StdError;
use std::fs::File;
use std::path::Path;

/// Compares the file at `path` with what was given to it: its size, and its rows where its format tells them. Returns its
/// rows.
///
/// Another size, or no footer: [`ErrorKind::Output`], since the filesystem has lost bytes. Other rows: [`ErrorKind::Sums`].
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
    let told: Result<u64, Box<dyn StdError + Send + Sync>> = match encoding {
        Encoding::Parquet(_) => parquet::rows_told(&file).map_err(Into::into),
        Encoding::Arrow(_) => ipc::rows_told(&file).map_err(Into::into),
        Encoding::Csv(_) | Encoding::Ndjson(_) | Encoding::Pickle => return Ok(rows),
    };
    match told {
        Ok(told) if told == rows => Ok(told),
        Ok(told) => Err(other_rows(told, rows)),
        Err(cause) => Err(unreadable().because(cause)),
    }
}

fn lost(bytes: u64, expected: u64) -> Error {
    let message = format!("{expected} bytes were written, but the file has {bytes}");
    Error::new(ErrorKind::Output, message).advise(ADVICE)
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Output, "can't be read back after it was written").advise(ADVICE)
}

fn other_rows(told: u64, rows: u64) -> Error {
    let message = format!("{rows} rows were written, but the file says that it has {told}");
    Error::new(ErrorKind::Sums, message)
        .advise("nothing was published; this is a bug: please report it")
}

const ADVICE: &str = "nothing was published; does something else write to the staging folder, or is the disk failing?";

#[cfg(test)]
mod tests;
