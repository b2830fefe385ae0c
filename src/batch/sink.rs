//! The output of an encoder: a new file, whose bytes are counted and hashed as they are written.

use crate::checksum;
use crate::durable::sync_and_close;
use crate::error::is_io;
use crate::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::error::Error as StdError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Bytes that are hashed and written at once: enough for few system calls, and small enough for the cache.
const BUFFER_BYTES: usize = 128 * 1024;

/// A new file that is being written.
pub(super) struct Sink(BufWriter<Hashed>);

/// A finished file.
pub(super) struct Written {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

struct Hashed {
    file: File,
    bytes: u64,
    sha256: Sha256,
}

impl Sink {
    /// Creates a file that must not exist yet.
    pub(super) fn create(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().write(true).create_new(true))
    }

    /// Opens a file with `options`.
    pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        let hashed = Hashed {
            file: options.open(path).map_err(failed)?,
            bytes: 0,
            sha256: Sha256::new(),
        };
        Ok(Self(BufWriter::with_capacity(BUFFER_BYTES, hashed)))
    }

    /// Writes what is buffered, syncs the file to disk and closes it. The caller must sync the folder.
    pub(super) fn finish(self) -> Result<Written> {
        let hashed = self
            .0
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        let Hashed {
            file,
            bytes,
            sha256,
        } = hashed;
        sync_and_close(file).map_err(failed)?;
        Ok(Written {
            bytes,
            sha256: checksum::finished(sha256),
        })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha256.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The error about a file that couldn't be written: [`ErrorKind::Output`] if an I/O error is among the causes, otherwise
/// [`ErrorKind::Bug`], since every checked schema can be encoded.
pub(super) fn failed(cause: impl StdError + Send + Sync + 'static) -> Error {
    let (kind, message) = if is_io(&cause) {
        (ErrorKind::Output, "can't write the batch file")
    } else {
        (
            ErrorKind::Bug,
            "internal error: can't encode the batch file",
        )
    };
    Error::new(kind, message).because(cause)
}
