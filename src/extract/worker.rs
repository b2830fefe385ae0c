//! One worker: one connection, unit after unit.

use super::shared::{Message, Shared};
use super::{Extraction, ReadUnit};
use crate::destination::UnitDestination;
use crate::panics::READER;
use crate::plan::Unit;
use crate::report::Event;
use crate::source::Session;
use crate::threads::pool;
use crate::{Error, ErrorKind, Result};
use rayon::ThreadPool;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// Takes unit after unit on one connection, until none is left or the job stops, and sends what comes of each.
pub(super) fn work_through(shared: &Shared, sender: &Sender<Message>) {
    let Extraction { units, control, .. } = &shared.extraction;
    let mut worker = None;
    loop {
        let ordinal = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(unit) = units.get(ordinal as usize) else {
            return;
        };
        let read = control.check().and_then(|()| {
            let worker = connected(&mut worker, shared)?;
            read_unit(&shared.extraction, ordinal, unit, worker)
        });
        let failed = read.is_err();
        if let Err(error) = &read {
            control.fail(ordinal, error);
        }
        let read = read.map_err(|error| control.in_table(ordinal, error));
        // The coordinator may have left.
        let _ = sender.send((ordinal, read));
        if failed {
            return;
        }
    }
}

/// A worker's connection, and its one-thread pool: ConnectorX's dispatcher calls rayon, and a shared pool would let a
/// worker steal another unit while its own connection idles.
struct Worker {
    session: Box<dyn Session>,
    pool: ThreadPool,
}

/// The worker's connection, made when its first unit needs it.
fn connected<'a>(worker: &'a mut Option<Worker>, shared: &Shared) -> Result<&'a mut Worker> {
    match worker {
        Some(worker) => Ok(worker),
        None => Ok(worker.insert(connect(shared)?)),
    }
}

fn connect(shared: &Shared) -> Result<Worker> {
    let pool = pool(READER, NonZeroUsize::MIN)?;
    let session = shared
        .extraction
        .database
        .session(shared.extraction.extractor)?;
    let mut interrupts = shared
        .interrupts
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    interrupts.push(session.interrupt());
    drop(interrupts);
    // Whoever interrupted the others meanwhile did not know of this session.
    shared.extraction.control.check()?;
    Ok(Worker { session, pool })
}

fn read_unit(
    extraction: &Extraction,
    ordinal: u32,
    unit: &Unit,
    worker: &mut Worker,
) -> Result<ReadUnit> {
    extraction.control.event(&Event::UnitStarted {
        unit: ordinal as usize,
        table: unit.name.table.clone(),
        part: unit.name.part,
        sql: unit.query.sql.clone(),
        estimated_rows: unit.estimated_rows,
    });
    let filter = extraction.filter.clone();
    let schema = Arc::clone(&extraction.schema);
    let mut destination =
        UnitDestination::new(ordinal, schema, filter, Arc::clone(&extraction.control));
    let begun = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| {
        let session = &mut worker.session;
        worker
            .pool
            .install(|| session.read(&unit.query, &mut destination))
    }));
    let read = read.unwrap_or_else(|_| Err(panicked()));
    // An error of the destination is there already, and says its place.
    let is_placed = extraction.control.failure().is_some();
    read.map_err(|error| {
        if is_placed {
            error
        } else {
            placed(error, &destination)
        }
    })?;
    let rows = destination.finish()?;
    let elapsed = begun.elapsed();
    extraction.control.event(&Event::UnitFinished {
        unit: ordinal as usize,
        table: unit.name.table.clone(),
        part: unit.name.part,
        rows_read: rows.read,
        candidates: rows.candidates,
    });
    Ok(ReadUnit { rows, elapsed })
}

/// The text of a panic may hold a cell: it is not passed on.
fn panicked() -> Error {
    Error::new(ErrorKind::Value, "the database's client gave up on a value")
        .advise("leave the row out with --where, or the column with --columns")
}

/// Says where a source failed to give a value.
fn placed(error: Error, destination: &UnitDestination) -> Error {
    match destination.place() {
        Some(place) if error.kind() == ErrorKind::Value => error.within(place),
        _ => error,
    }
}
