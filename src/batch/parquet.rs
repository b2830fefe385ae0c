//! Parquet files with one row group, and the Arrow schema in the metadata.

use super::ParquetCompression;
use super::column_encoding::{ColumnEncoding, DICTIONARY_BYTES};
use super::file_end::end_of;
use super::sink::{Sink, failed};
use crate::Result;
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::FOOTER_SIZE;
use ::parquet::file::metadata::{FooterTail, ParquetMetaDataReader, RowGroupMetaData};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::schema::types::ColumnPath;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::Buffer;
use arrow::datatypes::DataType;
use std::fs::File;

/// Size of a page in bytes, before compression: the parquet crate's default.
const PAGE_BYTES: usize = 1024 * 1024;

/// Maximum number of values that are encoded at once: the parquet crate's default.
const MAX_STEP_ROWS: usize = 1024;

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

/// The number of rows that a file records: the sum over the row groups in its footer.
pub(super) fn recorded_rows(file: &File) -> Result<u64, ParquetError> {
    let trailer = end_of(file, FOOTER_SIZE, 0)?;
    let length = FooterTail::try_from(trailer.as_slice())?.metadata_length();
    let metadata = ParquetMetaDataReader::decode_metadata(&end_of(file, length, FOOTER_SIZE)?)?;
    let rows: i64 = metadata
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .sum();
    Ok(u64::try_from(rows)?)
}

/// Statistics are written for the row group only. The group is so small that statistics for its pages would be useless.
fn properties(
    batch: &RecordBatch,
    compression: ParquetCompression,
    distinct: Option<usize>,
) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(codec(compression)?)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_write_batch_size(step_rows(batch))
        .set_max_row_group_row_count(Some(batch.num_rows().max(1)));
    for (index, field) in batch.schema_ref().fields().iter().enumerate() {
        let (path, values) = leaf(field.name(), batch.column(index));
        let encoding = ColumnEncoding::of(values, distinct == Some(index));
        let dictionary = encoding == ColumnEncoding::Dictionary;
        builder = builder.set_column_dictionary_enabled(path, dictionary);
    }
    Ok(builder.build())
}

/// What Parquet stores for a column, and under which path: for lists, their elements.
fn leaf<'a>(name: &str, column: &'a ArrayRef) -> (ColumnPath, &'a ArrayRef) {
    match (column.data_type(), column.as_list_opt::<i32>()) {
        (DataType::List(element), Some(lists)) => {
            let path = [name, "list", element.name()].map(str::to_owned);
            (ColumnPath::new(path.to_vec()), lists.values())
        }
        _ => (ColumnPath::new(vec![name.to_owned()]), column),
    }
}

/// Number of values that are encoded before the page's size is checked again: fewer if cells are large, so that no page grows
/// far beyond [`PAGE_BYTES`].
fn step_rows(batch: &RecordBatch) -> usize {
    let value_bytes = |column: &ArrayRef| {
        let (_, values) = leaf("", column);
        let bytes: usize = values.to_data().buffers().iter().map(Buffer::len).sum();
        bytes / values.len().max(1)
    };
    let widest = batch.columns().iter().map(value_bytes).max().unwrap_or(0);
    (PAGE_BYTES / widest.max(1)).clamp(1, MAX_STEP_ROWS)
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
