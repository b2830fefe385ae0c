//! Writes slices of the surviving rows to files, in parallel.

use super::canonical::canonical;
use super::count_back::count_back;
use super::locate::{Picks, Supply};
use super::sink::Sink;
use super::{BatchFile, Encoding, csv, file_name, ipc, ndjson, parquet, pickle};
#[cfg(doc)]
use crate::ErrorKind;
use crate::{Proceed, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::ops::Range;
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
    /// Where these rows are, if they are a shard of a larger result.
    pub shard: Option<ShardRows>,
}

/// The place of a shard's rows in the whole result.
#[derive(Debug, Clone, Copy)]
pub struct ShardRows {
    /// Rows of the result before the shard: a multiple of the rows of a file.
    pub before: u64,
    /// Rows of the result.
    pub of: u64,
}

/// Writes the surviving rows to new files in `folder`, in the caller's rayon pool, and returns the files in the order of their
/// rows. If there are no surviving rows, there are no files.
///
/// Every file is synced to disk; the folder is not. `on_file` is called from the pool's threads as soon as a file is synced, in
/// any order. `proceed` is called before each file, and after every 64 KiB of the text formats and pickle. Its error is
/// returned.
/// A thread asks for a slice when it is ready to write it. Until the slice is written, it holds the gathered rows; for Arrow also
/// their encoded form, and for Parquet only the columns that are still to be written. While the file is synced and checked, it
/// holds none of that.
///
/// Once a file is closed, it is checked: its size, and the number of rows in its footer if it has one.
///
/// After an error, partial files can remain in `folder`. A file that already exists, and any other I/O error, is
/// [`ErrorKind::Output`]. A text or binary column of more than 2 GiB in one slice is [`ErrorKind::Capacity`]. A date or
/// time that Python can't represent is [`ErrorKind::Value`].
pub(crate) fn write_batches(
    supply: &dyn Supply,
    layout: &Layout,
    folder: &Path,
    on_file: &(dyn Fn(&BatchFile) + Sync),
    proceed: Proceed<'_>,
) -> Result<Vec<BatchFile>> {
    let job = Job {
        schema: supply.schema(),
        rows: supply.rows(),
        layout,
        folder,
        proceed,
    };
    let slices = job
        .slices()
        .map(|slice| (supply.slice(slice.clone()), slice));
    let files = slices.par_bridge().map(|(picks, slice)| {
        let (first, name) = (slice.start, job.name(slice));
        let file = picks
            .and_then(|picks| job.write(&name, picks))
            .map_err(|error| error.within(format_args!("file {name}")))?;
        on_file(&file);
        Ok((first, file))
    });
    let mut files = files.collect::<Result<Vec<_>>>()?;
    files.sort_unstable_by_key(|(first, _)| *first);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

struct Job<'a> {
    schema: &'a SchemaRef,
    /// Rows of the whole result.
    rows: usize,
    layout: &'a Layout,
    folder: &'a Path,
    proceed: Proceed<'a>,
}

impl Job<'_> {
    fn slices(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (rows, batch_rows) = (self.rows, self.layout.batch_rows.get());
        let firsts = (0..rows).step_by(batch_rows);
        firsts.map(move |first| first..rows.min(first.saturating_add(batch_rows)))
    }

    fn name(&self, slice: Range<usize>) -> String {
        let ShardRows { before, of } = self.layout.shard.unwrap_or(ShardRows {
            before: 0,
            of: self.rows as u64,
        });
        file_name(
            &self.layout.prefix,
            before + slice.start as u64 + 1,
            before + slice.end as u64,
            of,
            self.layout.encoding,
        )
    }

    fn write(&self, name: &str, picks: Picks) -> Result<BatchFile> {
        (self.proceed)()?;
        let batch = canonical(self.schema, &picks)?;
        // Only the gathered slice is still needed.
        drop(picks);
        let path = self.folder.join(name);
        let mut sink = Sink::create(&path)?;
        let rows = batch.num_rows() as u64;
        // Syncing can take long, and needs no rows.
        encode(batch, self.layout, &mut sink, self.proceed)?;
        let written = sink.finish()?;
        let rows = count_back(&path, self.layout.encoding, &written, rows)?;
        Ok(BatchFile {
            name: name.to_owned(),
            rows,
            bytes: written.bytes,
            sha256: written.sha256,
        })
    }
}

fn encode(
    batch: RecordBatch,
    layout: &Layout,
    sink: &mut Sink,
    proceed: Proceed<'_>,
) -> Result<()> {
    match layout.encoding {
        Encoding::Parquet(compression) => {
            parquet::write(batch, compression, layout.distinct_column, sink)
        }
        Encoding::Arrow(compression) => ipc::write(&batch, compression, sink),
        Encoding::Csv(compression) => csv::write(&batch, compression, sink, proceed),
        Encoding::Ndjson(compression) => ndjson::write(&batch, compression, sink, proceed),
        Encoding::Pickle => pickle::write(&batch, sink, proceed),
    }
}

#[cfg(test)]
mod tests;
