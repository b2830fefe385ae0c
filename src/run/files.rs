//! Writes the rows to files in the staging folder.

use super::decided::Decided;
use crate::Result;
use crate::batch::{BatchFile, Layout, write_batches};
use crate::cancel::Cancel;
use crate::job::BatchOutput;
use crate::publish::Staging;
use crate::report::{Event, Listener};
use crate::threads::{cores, pool};
use std::num::NonZeroUsize;

/// Encoder threads per core: while one waits for its file to be synced, another encodes.
const ENCODERS_PER_CORE: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Encodes in a separate pool: each worker's pool has one thread and belongs to its connection.
pub(super) fn write(
    decided: &Decided,
    output: &BatchOutput,
    staging: &Staging,
    listener: &dyn Listener,
    cancel: &Cancel,
) -> Result<Vec<BatchFile>> {
    let rows = decided.rows();
    let layout = Layout {
        encoding: output.encoding,
        batch_rows: output.batch_rows,
        prefix: output.prefix.clone(),
        distinct_column: if let [column] = decided.plan.key[..] {
            Some(column)
        } else {
            None
        },
    };
    listener.on_event(&Event::DistinctCounted {
        rows: rows.survivors.len() as u64,
        files: rows.survivors.len().div_ceil(output.batch_rows.get()),
    });
    let on_file = |file: &BatchFile| {
        listener.on_event(&Event::FileWritten {
            name: file.name.clone(),
            rows: file.rows,
            bytes: file.bytes,
        });
    };
    let proceed = || cancel.check();
    let write = || write_batches(&rows, &layout, staging.folder(), &on_file, &proceed);
    pool("encoder", cores().saturating_mul(ENCODERS_PER_CORE))?.install(write)
}
