//! Writes the rows to files in the staging folder.

use super::decided::Decided;
use crate::Result;
use crate::batch::{BatchFile, InMemory, Layout, Rows, Supply, write_batches};
use crate::cancel::Cancel;
use crate::fetch::fetch_while;
use crate::job::{BatchOutput, Job};
use crate::publish::{FULL, Staging};
use crate::report::{Event, Listener};
use crate::threads::{cores, pool};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

/// Encoder threads per core: while one waits for its file to be synced, another encodes.
const ENCODERS_PER_CORE: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Writes the rows. Those of units whose keys were read first are fetched meanwhile.
pub(super) fn write(
    (job, decided): (&Job, &mut Decided),
    (output, staging): (&BatchOutput, &Staging),
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Vec<BatchFile>> {
    let rows = decided.survivors.len();
    listener.on_event(&Event::DistinctCounted {
        rows: rows as u64,
        files: rows.div_ceil(output.batch_rows.get()),
    });
    let writer = Writer {
        layout: layout(decided, output),
        folder: staging.folder(),
        listener: listener.as_ref(),
        cancel,
    };
    let files = match decided.take_wanted(output.batch_rows) {
        None => writer.write_kept(decided),
        Some((opened, wanted)) => {
            let to = (listener, cancel);
            let write = |supply: &dyn Supply| writer.write_fetched(supply);
            fetch_while((job, wanted), opened, to, write).map(|(files, fetched)| {
                decided.add_fetched(&fetched);
                files
            })
        }
    };
    let files = files.map_err(|error| error.if_full(FULL))?;
    decided.announce_nulled(listener.as_ref());
    Ok(files)
}

fn layout(decided: &Decided, output: &BatchOutput) -> Layout {
    Layout {
        encoding: output.encoding,
        batch_rows: output.batch_rows,
        prefix: output.prefix.clone(),
        distinct_column: if let [column] = decided.plan.key[..] {
            Some(column)
        } else {
            None
        },
        shard: None,
    }
}

/// Writes batch files to a folder, in a pool of encoders.
pub(crate) struct Writer<'a> {
    pub layout: Layout,
    pub folder: &'a Path,
    pub listener: &'a dyn Listener,
    pub cancel: &'a Cancel,
}

impl Writer<'_> {
    fn write_kept(&self, decided: &Decided) -> Result<Vec<BatchFile>> {
        let batches = decided.batches();
        let rows = Rows {
            schema: decided.plan.schema(),
            batches: &batches,
            survivors: &decided.survivors,
        };
        self.write_ready(&InMemory::new(&rows), NonZeroUsize::MIN)
    }

    /// Writes rows that need no waiting for, in one of so many writers that write at the same time.
    pub fn write_ready(&self, rows: &dyn Supply, writers: NonZeroUsize) -> Result<Vec<BatchFile>> {
        let encoders = cores().saturating_mul(ENCODERS_PER_CORE).get() / writers;
        self.write(
            rows,
            NonZeroUsize::new(encoders).unwrap_or(NonZeroUsize::MIN),
        )
    }

    /// Writes rows that are fetched meanwhile: fewer files at a time, since each holds rows.
    pub fn write_fetched(&self, rows: &dyn Supply) -> Result<Vec<BatchFile>> {
        self.write(rows, cores().saturating_add(1))
    }

    /// Encodes in a separate pool: each worker's pool has one thread and belongs to its connection.
    fn write(&self, rows: &dyn Supply, encoders: NonZeroUsize) -> Result<Vec<BatchFile>> {
        let on_file = |file: &BatchFile| {
            self.listener.on_event(&Event::FileWritten {
                name: file.name.clone(),
                rows: file.rows,
                bytes: file.bytes,
            });
        };
        let proceed = || self.cancel.check();
        let write = || write_batches(rows, &self.layout, self.folder, &on_file, &proceed);
        pool("encoder", encoders)?.install(write)
    }
}
