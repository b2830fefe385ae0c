//! Parquet and Arrow IPC, read by their crates.

use super::{Keys, Shape, Unread};
use crate::arrow_type;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::reader::FileReader;
use arrow::row::{RowConverter, SortField};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `decode` and catches its panics. The crates panic on some broken files. Such a file only gets here with a forged
/// manifest, since its checksum matches.
pub(super) fn guarded(decode: impl FnOnce() -> Result<(), Unread>) -> Result<(), Unread> {
    // The keys are not used after a panic.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Unread::content("the decoder panicked on it")))
}

pub(super) fn read_parquet(file: File, shape: &Shape, keys: &mut Keys<'_>) -> Result<(), Unread> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
    check_schema(reader.schema(), shape)?;
    read(reader.build().map_err(broken)?, shape, keys)
}

pub(super) fn read_ipc(file: File, shape: &Shape, keys: &mut Keys<'_>) -> Result<(), Unread> {
    let reader = FileReader::try_new(BufReader::new(file), None).map_err(broken)?;
    check_schema(&reader.schema(), shape)?;
    read(reader, shape, keys)
}

fn check_schema(schema: &Schema, shape: &Shape) -> Result<(), Unread> {
    if !shape.is_named(schema.fields().iter().map(|field| field.name().as_bytes())) {
        return Err(Unread::content("its columns differ from the manifest"));
    }
    for (field, column) in schema.fields().iter().zip(&shape.columns) {
        let (is, expected) = (arrow_type::name(field.data_type()), &column.arrow_type);
        if is != *expected {
            let name = field.name();
            return Err(Unread::content(format!(
                "column {name} has type {is} instead of {expected}"
            )));
        }
    }
    Ok(())
}

fn read(
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    shape: &Shape,
    keys: &mut Keys<'_>,
) -> Result<(), Unread> {
    for batch in batches {
        let key = batch
            .and_then(|batch| batch.project(&shape.key))
            .map_err(broken)?;
        let fields = key.schema_ref().fields().iter();
        let fields = fields
            .map(|field| SortField::new(field.data_type().clone()))
            .collect();
        let converter = RowConverter::new(fields).map_err(broken)?;
        let rows = converter.convert_columns(key.columns()).map_err(broken)?;
        for (index, row) in rows.iter().enumerate() {
            let is_null = key.columns().iter().any(|column| column.is_null(index));
            keys.push([(!is_null).then_some(row.as_ref())])?;
        }
    }
    Ok(())
}

/// The messages of the crates name columns and types, but contain no cells.
fn broken(cause: impl std::fmt::Display) -> Unread {
    Unread::content(format!("broken: {cause}"))
}
