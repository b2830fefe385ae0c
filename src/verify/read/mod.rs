//! The content of a batch file: its columns, its rows and their keys. There is a reader for each format.
//!
//! Keys are only compared within a folder. So each reader can return the bytes of its format for a value, as long as equal
//! values have equal bytes.

mod arrow;
mod csv;
mod ndjson;
mod operands;
mod pickle;

use super::keys::Keys;
use super::shape::Shape;
use super::unread::Unread;
use crate::batch::{Encoding, TextCompression};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

/// Adds the key of each row of `file` to `keys`.
pub(super) fn read(file: File, shape: &Shape, keys: &mut Keys<'_>) -> Result<(), Unread> {
    match shape.encoding {
        Encoding::Parquet(_) => arrow::guarded(|| arrow::read_parquet(file, shape, keys)),
        Encoding::Arrow(_) => arrow::guarded(|| arrow::read_ipc(file, shape, keys)),
        Encoding::Csv(compression) => csv::read(plain(file, compression)?, shape, keys),
        Encoding::Ndjson(compression) => ndjson::read(plain(file, compression)?, shape, keys),
        Encoding::Pickle => pickle::read(BufReader::new(file), shape, keys),
    }
}

fn plain(file: File, compression: TextCompression) -> io::Result<Box<dyn BufRead>> {
    Ok(match compression {
        TextCompression::None => Box::new(BufReader::new(file)),
        TextCompression::Gzip => Box::new(BufReader::new(MultiGzDecoder::new(file))),
        TextCompression::Zstd(_) => Box::new(BufReader::new(zstd::Decoder::new(file)?)),
    })
}
