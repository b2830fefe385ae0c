//! Encodes rows one after the other, in blocks, for the formats that this crate encodes itself.

use super::TextCompression;
use super::sink::{Sink, failed};
use crate::{Proceed, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A block is written once it has this many bytes. It stays in the cache, and a canceled job stops soon.
const BLOCK_BYTES: usize = 64 * 1024;

/// The level of `--compression gzip`, which is gzip's own default.
const GZIP_LEVEL: u32 = 6;

/// Encodes the rows of one record batch.
pub(super) trait Encode {
    /// Appends what precedes the first row.
    fn begin(&self, out: &mut Vec<u8>);
    /// Appends a row.
    fn row(&self, row: usize, out: &mut Vec<u8>) -> Result<()>;
    /// Appends what follows the last row.
    fn end(&self, out: &mut Vec<u8>);
}

/// Writes all rows to `out`, one block with each call of `write_all`.
pub(super) fn stream(
    encoder: &impl Encode,
    rows: usize,
    out: &mut impl Write,
    proceed: Proceed<'_>,
) -> Result<()> {
    let mut block = Vec::with_capacity(BLOCK_BYTES * 2);
    encoder.begin(&mut block);
    for row in 0..rows {
        encoder.row(row, &mut block)?;
        if block.len() >= BLOCK_BYTES {
            out.write_all(&block).map_err(failed)?;
            block.clear();
            proceed()?;
        }
    }
    encoder.end(&mut block);
    out.write_all(&block).map_err(failed)
}

/// Writes all rows, compressed as a whole. The bytes depend neither on the time nor on the machine.
pub(super) fn stream_compressed(
    encoder: &impl Encode,
    rows: usize,
    compression: TextCompression,
    sink: &mut Sink,
    proceed: Proceed<'_>,
) -> Result<()> {
    match compression {
        TextCompression::None => stream(encoder, rows, sink, proceed),
        TextCompression::Gzip => {
            let mut gzip = GzEncoder::new(sink, Compression::new(GZIP_LEVEL));
            stream(encoder, rows, &mut gzip, proceed)?;
            gzip.finish().map(drop).map_err(failed)
        }
        TextCompression::Zstd(level) => {
            let mut zstd = zstd::Encoder::new(sink, level.get().into()).map_err(failed)?;
            zstd.include_checksum(true).map_err(failed)?;
            stream(encoder, rows, &mut zstd, proceed)?;
            zstd.finish().map(drop).map_err(failed)
        }
    }
}

#[cfg(test)]
mod tests;
