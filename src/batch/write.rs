//! Slices of survivors into files, in parallel.

use super::canonical::canonical;
use super::locate::Locator;
use super::sink::{Sink, Written};
use super::stream::Stop;
use super::{BatchFile, Encoding, csv, file_name, ipc, ndjson, parquet, pickle};
#[cfg(doc)]
use crate::ErrorKind;
use crate::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::path::Path;

/// The rows of a result: candidates, and which of them survive.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    /// Schema of every batch, and of every file.
    pub schema: SchemaRef,
    /// Candidates in unit order; a batch may be empty.
    pub batches: &'a [RecordBatch],
    /// Ascending indices into the rows of `batches`, one batch after the other.
    pub survivors: &'a [u32],
}

/// How the rows become files.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Format and compression.
    pub encoding: Encoding,
    /// Rows of every file but the last.
    pub batch_rows: NonZeroUsize,
    /// First part of every file's name.
    pub prefix: String,
    /// The column of a one-column key: its values are all distinct, so that no dictionary pays for it.
    pub distinct_column: Option<usize>,
}

/// Writes the survivors to new files in `folder`, in the rayon pool of the caller, and returns the files in the order
/// of their rows. No survivors: no files.
///
/// Every file is synced; the folder is not. `on_file` is called from the pool's threads as soon as a file is synced,
/// in any order. `cancelled` is asked before each file, and every few thousand rows of the text formats and pickle; once it says yes,
/// the error is [`ErrorKind::Interrupted`]. Each thread holds one slice and its encoded form.
///
/// After an error partial files may stay in `folder`. A file that exists already, and any other I/O error, is
/// [`ErrorKind::Output`]; a text or binary column of more than 2 GiB in one slice [`ErrorKind::Capacity`]; a date or
/// time that Python can't hold [`ErrorKind::Value`].
pub fn write_batches(
    rows: &Rows<'_>,
    layout: &Layout,
    folder: &Path,
    on_file: &(dyn Fn(&BatchFile) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<BatchFile>> {
    let locator = Locator::new(rows);
    let total = rows.survivors.len();
    let slices = rows.survivors.par_chunks(layout.batch_rows.get());
    let files = slices.enumerate().map(|(ordinal, slice)| {
        let before = ordinal * layout.batch_rows.get();
        let name = file_name(
            &layout.prefix,
            before as u64 + 1,
            (before + slice.len()) as u64,
            total as u64,
            layout.encoding,
        );
        let stop = Stop(cancelled);
        let written = stop
            .check()
            .and_then(|()| canonical(&rows.schema, &locator.locate(slice)?))
            .and_then(|batch| write_into(&batch, layout, Sink::create(&folder.join(&name))?, stop))
            .map_err(|error| error.within(&name))?;
        let file = BatchFile {
            name,
            rows: slice.len() as u64,
            bytes: written.bytes,
            sha256: written.sha256,
        };
        on_file(&file);
        Ok(file)
    });
    files.collect()
}

fn write_into(
    batch: &RecordBatch,
    layout: &Layout,
    mut sink: Sink,
    stop: Stop<'_>,
) -> Result<Written> {
    match layout.encoding {
        Encoding::Parquet(compression) => {
            parquet::write(batch, compression, layout.distinct_column, &mut sink)
        }
        Encoding::Arrow(compression) => ipc::write(batch, compression, &mut sink),
        Encoding::Csv(compression) => csv::write(batch, compression, &mut sink, stop),
        Encoding::Ndjson(compression) => ndjson::write(batch, compression, &mut sink, stop),
        Encoding::Pickle => pickle::write(batch, &mut sink, stop),
    }?;
    sink.finish()
}

#[cfg(test)]
mod tests;
