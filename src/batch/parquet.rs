//! Parquet: one row group, with the Arrow schema in the file's metadata.

use super::sink::{Sink, failed};
use super::{ParquetCompression, dictionary};
use crate::Result;
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::schema::types::ColumnPath;
use arrow::array::RecordBatch;

/// Writes a canonical record batch. The column `distinct` gets no dictionary.
pub(super) fn write(
    batch: &RecordBatch,
    compression: ParquetCompression,
    distinct: Option<usize>,
    sink: &mut Sink,
) -> Result<()> {
    let properties = properties(batch, compression, distinct).map_err(failed)?;
    let mut writer =
        ArrowWriter::try_new(&mut *sink, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.close().map(drop).map_err(failed)
}

/// Statistics are kept for the row group: for the pages of so small a group they would be dead weight.
fn properties(
    batch: &RecordBatch,
    compression: ParquetCompression,
    distinct: Option<usize>,
) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(codec(compression)?)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_size(batch.num_rows().max(1));
    for (index, field) in batch.schema_ref().fields().iter().enumerate() {
        let pays = distinct != Some(index) && dictionary::pays(batch.column(index));
        let path = ColumnPath::new(vec![field.name().clone()]);
        builder = builder.set_column_dictionary_enabled(path, pays);
    }
    Ok(builder.build())
}

fn codec(compression: ParquetCompression) -> Result<Compression, ParquetError> {
    Ok(match compression {
        ParquetCompression::None => Compression::UNCOMPRESSED,
        ParquetCompression::Snappy => Compression::SNAPPY,
        ParquetCompression::Lz4 => Compression::LZ4_RAW,
        ParquetCompression::Zstd(level) => {
            Compression::ZSTD(ZstdLevel::try_new(level.get().into())?)
        }
    })
}
