//! Writes slices of the surviving rows to files, in parallel.

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

/// How rows are written to files.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Format and compression.
    pub encoding: Encoding,
    /// Rows of every file except the last.
    pub batch_rows: NonZeroUsize,
    /// Beginning of every file's name.
    pub prefix: String,
    /// The column of a one-column key. Its values are all distinct, so a dictionary would be useless.
    pub distinct_column: Option<usize>,
}

/// Writes the surviving rows to new files in `folder`, in the caller's rayon pool, and returns the files in the order of their
/// rows. If there are no surviving rows, there are no files.
///
/// Every file is synced to disk; the folder is not. `on_file` is called from the pool's threads as soon as a file is synced, in
/// any order. `proceed` is called before each file, and after every 64 KiB of the text formats and pickle. Its error is
/// returned.
/// Each thread holds one gathered slice, and for Parquet and Arrow also its encoded form.
///
/// Once a file is closed, it is checked: its size, and the number of rows in its footer if it has one.
///
/// After an error, partial files can remain in `folder`. A file that already exists, and any other I/O error, is
/// [`ErrorKind::Output`]. A text or binary column of more than 2 GiB in one slice is [`ErrorKind::Capacity`]. A date or
/// time that Python can't represent is [`ErrorKind::Value`].
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
