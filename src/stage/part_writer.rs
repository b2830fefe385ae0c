//! The writer of a unit's parts: Parquet files of its candidates, each with its place and its canonical key.

use super::file::{FULL, bug, cannot};
use super::notes::encoded;
use super::part::{Holds, KEY, KEY_IS_NULL, NOTES, ROW, UNIT};
use super::parts::Parts;
use crate::destination::{Notes, Outlet};
use crate::distinct::canonical_keys;
use crate::durable::sync_and_close;
use crate::error::is_io;
use crate::{Error, ErrorKind, Result};
use arrow::array::{ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, UInt64Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows of a row group: what is read at once of a part, if its rows aren't wide.
const GROUP_ROWS: usize = 64 * 1024;
/// Bytes at which a row group is finished early.
const GROUP_BYTES: usize = 16 << 20;
/// Bytes at which a part is finished: large enough for few files, and small enough for an engine's tasks.
const PART_BYTES: usize = 256 << 20;

/// A page is compressed if it becomes smaller than this share of itself.
const WORTHWHILE: f64 = 0.75;

/// What all parts of a unit have in common.
pub(crate) struct PartWriter {
    parts: Parts,
    unit: Int32Array,
    /// Which of the columns are the key's.
    key: Vec<usize>,
    /// The columns as the query sends them, by which errors name them.
    sent: SchemaRef,
    holds: Holds,
    open: Option<Open>,
}

/// A part that is being written.
struct Open {
    writer: ArrowWriter<File>,
    path: PathBuf,
    rows: u64,
    first_row: i64,
    last_row: i64,
}

impl PartWriter {
    /// A writer of batches whose last column is the row's number, and whose others are `sent`.
    pub fn new(
        parts: Parts,
        unit: u32,
        key: Vec<usize>,
        sent: SchemaRef,
        holds: Holds,
    ) -> Result<Self> {
        let unit = i32::try_from(unit).map_err(|_| bug("a unit's ordinal is too large"))?;
        Ok(Self {
            parts,
            unit: Int32Array::from(vec![unit]),
            key,
            sent,
            holds,
            open: None,
        })
    }

    /// The candidates with their places and keys.
    fn staged(&self, candidates: &RecordBatch, notes: &Notes) -> Result<RecordBatch> {
        let (numbers, columns) = candidates
            .columns()
            .split_last()
            .ok_or_else(|| bug("the row numbers are missing"))?;
        let rows = signed(numbers)?;
        let key = self.key.iter().map(|column| columns.get(*column).cloned());
        let key: Option<Vec<ArrayRef>> = key.collect();
        let keys = canonical_keys(&key.ok_or_else(|| bug("a key column is missing"))?)?;
        let fields = candidates.schema_ref().fields();
        let fields: Fields = fields.iter().take(columns.len()).cloned().collect();
        let values =
            StructArray::try_new(fields.clone(), columns.to_vec(), None).map_err(failed)?;
        let unit = Int32Array::from_value(self.unit.value(0), candidates.num_rows());
        let notes = encoded(notes, candidates.num_rows(), &self.sent)?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(unit),
            Arc::new(rows),
            Arc::new(keys.bytes),
            Arc::new(keys.is_null),
            Arc::new(notes),
            Arc::new(values),
        ];
        RecordBatch::try_new(self.schema(fields), columns).map_err(failed)
    }

    fn schema(&self, fields: Fields) -> SchemaRef {
        let values = match self.holds {
            Holds::Rows => "columns",
            Holds::Keys => "locator",
        };
        Arc::new(Schema::new(vec![
            Field::new(UNIT, DataType::Int32, false),
            Field::new(ROW, DataType::Int64, false),
            Field::new(KEY, DataType::Binary, false),
            Field::new(KEY_IS_NULL, DataType::Boolean, false),
            Field::new(NOTES, DataType::Utf8, true),
            Field::new(values, DataType::Struct(fields), false),
        ]))
    }

    fn begin(&self, batch: &RecordBatch) -> Result<Open> {
        let (path, file) = self.parts.begin()?;
        let properties = properties().map_err(failed)?;
        let writer =
            ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(failed)?;
        Ok(Open {
            writer,
            path,
            rows: 0,
            first_row: row(batch, 0),
            last_row: 0,
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin(batch)?,
        };
        open.writer.write(batch).map_err(failed)?;
        open.rows += batch.num_rows() as u64;
        open.last_row = row(batch, batch.num_rows().saturating_sub(1));
        if open.writer.in_progress_size() >= GROUP_BYTES {
            open.writer.flush().map_err(failed)?;
        }
        let is_full = open.writer.bytes_written() >= PART_BYTES;
        self.open = Some(open);
        if is_full { self.finish() } else { Ok(()) }
    }

    /// Finishes the part that is being written, and syncs it to disk.
    fn finish(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let file = open.writer.into_inner().map_err(failed)?;
        let bytes = file.metadata().map(|metadata| metadata.len());
        let bytes = bytes.and_then(|bytes| sync_and_close(file).map(|()| bytes));
        let bytes = bytes.map_err(|cause| cannot("write", &open.path, cause))?;
        self.parts
            .complete(bytes, open.rows, (open.first_row, open.last_row));
        Ok(())
    }
}

impl Outlet for PartWriter {
    fn take(&mut self, candidates: &RecordBatch, notes: Notes) -> Result<()> {
        let staged = self.staged(candidates, &notes)?;
        self.write(&staged)
    }

    fn end(&mut self) -> Result<()> {
        self.finish()
    }
}

fn signed(numbers: &ArrayRef) -> Result<Int64Array> {
    let numbers = numbers.as_primitive_opt::<UInt64Type>();
    let numbers = numbers.ok_or_else(|| bug("the row numbers are missing"))?;
    let signed = numbers.values().iter().map(|number| i64::try_from(*number));
    let signed: Result<Vec<i64>, _> = signed.collect();
    signed
        .map(Int64Array::from)
        .map_err(|_| bug("a row's number is too large"))
}

fn row(batch: &RecordBatch, index: usize) -> i64 {
    let rows = batch.column_by_name(ROW);
    let rows = rows.and_then(|rows| rows.as_primitive_opt::<arrow::datatypes::Int64Type>());
    rows.filter(|rows| index < rows.len())
        .map_or(0, |rows| rows.value(index))
}

/// Rows are looked up by their number, so that column alone has statistics. Dictionaries cost more time than they save here: parts
/// are read once or twice. What engines shuffle is compressed well; the values, which only their rows' last step reads, fast, and
/// not at all where that doesn't save much.
fn properties() -> Result<WriterProperties, ParquetError> {
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_compression(Compression::LZ4_RAW)
        .set_data_page_v2_compression_ratio_threshold(WORTHWHILE)
        .set_column_compression(KEY.into(), Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_encoding(Encoding::PLAIN)
        .set_dictionary_enabled(false)
        .set_column_dictionary_enabled(UNIT.into(), true)
        .set_column_dictionary_enabled(NOTES.into(), true)
        .set_column_encoding(ROW.into(), Encoding::DELTA_BINARY_PACKED)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ROW.into(), EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    Ok(properties.build())
}

fn failed(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    if is_io(&cause) {
        return Error::new(ErrorKind::Output, "can't write a part to the stage")
            .because(cause)
            .if_full(FULL);
    }
    bug("rows can't be staged").because(cause)
}
