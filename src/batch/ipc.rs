//! Arrow IPC file: one record batch.

use super::ArrowCompression;
use super::sink::{Sink, failed};
use crate::Result;
use arrow::array::RecordBatch;
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};

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
