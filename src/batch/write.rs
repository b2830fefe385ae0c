//! Slices of survivors into files, in parallel.

use super::canonical::canonical;
use super::count_back::count_back;
use super::locate::{Locator, Rows};
use super::sink::{Sink, Written};
use super::{BatchFile, Encoding, csv, file_name, ipc, ndjson, parquet, pickle};
#[cfg(doc)]
use crate::ErrorKind;
use crate::{Proceed, Result};
use arrow::array::RecordBatch;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::path::Path;

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
/// in any order. `proceed` is asked before each file, and after every 64 KiB of the text formats and pickle; its error is
/// given back.
/// Each thread holds one gathered slice, and for Parquet and Arrow its encoded form.
///
/// Each file is asked what it holds once it is closed: its size, and the rows of its footer where it has one.
///
/// After an error partial files may stay in `folder`. A file that exists already, and any other I/O error, is
/// [`ErrorKind::Output`]; a text or binary column of more than 2 GiB in one slice [`ErrorKind::Capacity`]; a date or
/// time that Python can't hold [`ErrorKind::Value`].
pub fn write_batches(
    rows: &Rows<'_>,
    layout: &Layout,
    folder: &Path,
    on_file: &(dyn Fn(&BatchFile) + Sync),
    proceed: Proceed<'_>,
) -> Result<Vec<BatchFile>> {
    let job = Job {
        rows,
        locator: Locator::new(rows),
        layout,
        folder,
        proceed,
    };
    let slices = rows.survivors.par_chunks(layout.batch_rows.get());
    let files = slices.enumerate().map(|(ordinal, slice)| {
        let name = job.name(ordinal, slice);
        let file = job
            .write(&name, slice)
            .map_err(|error| error.within(format_args!("file {name}")))?;
        on_file(&file);
        Ok(file)
    });
    files.collect()
}

struct Job<'a> {
    rows: &'a Rows<'a>,
    locator: Locator<'a>,
    layout: &'a Layout,
    folder: &'a Path,
    proceed: Proceed<'a>,
}

impl Job<'_> {
    fn name(&self, ordinal: usize, slice: &[u32]) -> String {
        let before = ordinal * self.layout.batch_rows.get();
        file_name(
            &self.layout.prefix,
            before as u64 + 1,
            (before + slice.len()) as u64,
            self.rows.survivors.len() as u64,
            self.layout.encoding,
        )
    }

    fn write(&self, name: &str, slice: &[u32]) -> Result<BatchFile> {
        (self.proceed)()?;
        let batch = canonical(&self.rows.schema, &self.locator.locate(slice)?)?;
        let path = self.folder.join(name);
        let written = write_into(&batch, self.layout, Sink::create(&path)?, self.proceed)?;
        let rows = count_back(&path, self.layout.encoding, &written, slice.len() as u64)?;
        Ok(BatchFile {
            name: name.to_owned(),
            rows,
            bytes: written.bytes,
            sha256: written.sha256,
        })
    }
}

fn write_into(
    batch: &RecordBatch,
    layout: &Layout,
    mut sink: Sink,
    proceed: Proceed<'_>,
) -> Result<Written> {
    match layout.encoding {
        Encoding::Parquet(compression) => {
            parquet::write(batch, compression, layout.distinct_column, &mut sink)
        }
        Encoding::Arrow(compression) => ipc::write(batch, compression, &mut sink),
        Encoding::Csv(compression) => csv::write(batch, compression, &mut sink, proceed),
        Encoding::Ndjson(compression) => ndjson::write(batch, compression, &mut sink, proceed),
        Encoding::Pickle => pickle::write(batch, &mut sink, proceed),
    }?;
    sink.finish()
}

#[cfg(test)]
mod tests;
