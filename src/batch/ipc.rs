//! Arrow IPC files with one record batch.

use super::ArrowCompression;
use super::file_end::end_of;
use super::sink::{Sink, failed};
use crate::Result;
use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::reader::read_footer_length;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};
use arrow::ipc::{Block, CompressionType, root_as_footer, root_as_message};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Writes a canonical record batch.
pub(super) fn write(
    batch: &RecordBatch,
    compression: ArrowCompression,
    sink: &mut Sink,
) -> Result<()> {
    let options = IpcWriteOptions::default()
        .try_with_compression(codec(compression))
        .map_err(failed)?;
    let mut writer =
        FileWriter::try_new_with_options(sink, batch.schema_ref(), options).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.finish().map_err(failed)
}

fn codec(compression: ArrowCompression) -> Option<CompressionType> {
    match compression {
        ArrowCompression::None => None,
        ArrowCompression::Lz4 => Some(CompressionType::LZ4_FRAME),
        ArrowCompression::Zstd => Some(CompressionType::ZSTD),
    }
}

/// The end of a file: the footer's length, and the magic bytes.
const TRAILER_BYTES: usize = 10;

/// The beginning of a block, before its message: a continuation mark, and the message's length.
const PREFIX_BYTES: usize = 8;

/// The number of rows that a file records, in the messages of the blocks in its footer. No column is read.
pub(super) fn recorded_rows(file: &File) -> Result<u64, ArrowError> {
    let trailer = end_of(file, TRAILER_BYTES, 0)?;
    let footer_bytes = read_footer_length(trailer.try_into().unwrap_or_default())?;
    let footer = end_of(file, footer_bytes, TRAILER_BYTES)?;
    let footer = root_as_footer(&footer).map_err(invalid)?;
    let blocks = footer.recordBatches().into_iter().flatten();
    blocks.map(|block| rows_of_block(file, block)).sum()
}

fn rows_of_block(mut file: &File, block: &Block) -> Result<u64, ArrowError> {
    let mut message = vec![0; usize::try_from(block.metaDataLength()).map_err(invalid)?];
    let start = u64::try_from(block.offset()).map_err(invalid)?;
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut message)?;
    let message = message.get(PREFIX_BYTES..).unwrap_or_default();
    let message = root_as_message(message).map_err(invalid)?;
    let batch = message
        .header_as_record_batch()
        .ok_or_else(|| invalid("a block is not a record batch"))?;
    u64::try_from(batch.length()).map_err(invalid)
}

fn invalid(cause: impl std::fmt::Display) -> ArrowError {
    ArrowError::IpcError(cause.to_string())
}
