//! One worker: one connection, unit after unit.

use super::retry::{is_worth_another, pause};
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

/// Reads unit after unit on one connection, until none is left or the job stops, and sends each result.
pub(super) fn work_through(shared: &Shared, sender: &Sender<Message>) {
    let Extraction { units, control, .. } = &shared.extraction;
    let mut worker = None;
    loop {
        let ordinal = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(unit) = units.get(ordinal as usize) else {
            if let Some(Worker { session, .. }) = worker {
                shared.extraction.sessions.rest(session);
            }
            return;
        };
        let read = control.check().and_then(|()| {
            let worker = ready(&mut worker, shared)?;
            read_with_retries(shared, ordinal, unit, worker)
        });
        let failed = read.is_err();
        if let Err(error) = &read {
            control.fail(ordinal, error);
        }
        let read = read.map_err(|error| control.in_table(ordinal, error));
        // The coordinator might have returned already.
        let _ = sender.send((ordinal, read));
        if failed {
            return;
        }
    }
}

/// A worker's connection, and its thread pool with one thread: ConnectorX's dispatcher calls rayon, and in a shared pool a
/// worker could steal another unit while its own connection is idle.
struct Worker {
    session: Box<dyn Session>,
    pool: ThreadPool,
}

/// The worker, made when its first unit needs it.
fn ready<'a>(worker: &'a mut Option<Worker>, shared: &Shared) -> Result<&'a mut Worker> {
    match worker {
        Some(worker) => Ok(worker),
        None => Ok(worker.insert(Worker {
            pool: pool(READER, NonZeroUsize::MIN)?,
            session: shared.extraction.sessions.take()?,
        })),
    }
}

/// Reads a unit, and retries it on a new connection if the old one was lost before the unit's first row. After the first row,
/// the filter remembers the unit's keys and would take the unit's own rows for duplicates, so the job fails.
fn read_with_retries(
    shared: &Shared,
    ordinal: u32,
    unit: &Unit,
    worker: &mut Worker,
) -> Result<ReadUnit> {
    let Extraction {
        control, retries, ..
    } = &shared.extraction;
    let mut attempt = 0;
    let mut read = read_unit(&shared.extraction, ordinal, unit, worker);
    loop {
        let lost = match read {
            Err(Unread::BeforeFirstRow(error)) if attempt < *retries => error,
            read => return read.map_err(Unread::error),
        };
        control.check()?;
        attempt += 1;
        control.event(&Event::Warning {
            message: format!(
                "table {}: {lost}; reconnecting (attempt {attempt} of {retries})",
                unit.name
            ),
        });
        pause(attempt, control)?;
        read = reconnect(shared, worker)
            .map_err(Unread::of_connection)
            .and_then(|()| read_unit(&shared.extraction, ordinal, unit, worker));
    }
}

fn reconnect(shared: &Shared, worker: &mut Worker) -> Result<()> {
    worker.session = shared.extraction.sessions.again()?;
    let mut cancellers = shared
        .cancellers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    cancellers.push(worker.session.canceller());
    drop(cancellers);
    // If the others were canceled meanwhile, this session wasn't among them.
    shared.extraction.control.check()
}

/// Why a unit was not read.
enum Unread {
    /// Its connection was lost before its first row.
    BeforeFirstRow(Error),
    Otherwise(Error),
}

impl Unread {
    fn of_connection(error: Error) -> Self {
        if is_worth_another(&error) {
            Self::BeforeFirstRow(error)
        } else {
            Self::Otherwise(error)
        }
    }

    fn error(self) -> Error {
        match self {
            Self::BeforeFirstRow(error) | Self::Otherwise(error) => error,
        }
    }
}

fn read_unit(
    extraction: &Extraction,
    ordinal: u32,
    unit: &Unit,
    worker: &mut Worker,
) -> Result<ReadUnit, Unread> {
    extraction.control.event(&Event::UnitStarted {
        unit: ordinal as usize,
        table: unit.name.table.clone(),
        part: unit.name.part,
        sql: unit.query.sql.clone(),
        estimated_rows: unit.estimated_rows,
    });
    let filter = extraction.filter.clone();
    let schema = Arc::clone(&extraction.schema);
    let control = Arc::clone(&extraction.control);
    let intake = worker.session.intake();
    let mut destination = UnitDestination::new(ordinal, schema, filter, control, intake);
    let begun = Instant::now();
    let watch = extraction.control.watch(ordinal);
    watch.inspect(|watch| watch.sign());
    let read = catch_unwind(AssertUnwindSafe(|| {
        let session = &mut worker.session;
        worker
            .pool
            .install(|| session.read(&unit.query, &mut destination))
    }));
    watch.inspect(|watch| watch.rest());
    let read = read.unwrap_or_else(|_| Err(panicked()));
    // An error from the destination has been noted already, and has its place.
    let is_placed = extraction.control.failure().is_some();
    read.map_err(|error| match error {
        error if is_placed => Unread::Otherwise(error),
        error if destination.has_rows() => Unread::Otherwise(placed(error, &destination)),
        error => Unread::of_connection(placed(error, &destination)),
    })?;
    let rows = destination.finish().map_err(Unread::Otherwise)?;
    if extraction.check_counts {
        check_count(unit, rows.read, worker).map_err(Unread::Otherwise)?;
    }
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

/// Fails if the database counts another number of rows in the transaction in which they were read.
fn check_count(unit: &Unit, read: u64, worker: &mut Worker) -> Result<()> {
    let counted = worker.session.count(&unit.query.count_sql)?;
    if counted == read {
        return Ok(());
    }
    let message = format!("{read} rows were read, but the database counts {counted}");
    Err(Error::new(ErrorKind::Sums, message))
}

/// The error for a client library's panic. The panic's message isn't passed on, since it might contain a cell's value.
fn panicked() -> Error {
    Error::new(ErrorKind::Value, "the database client can't read a value")
        .advise("leave the row out with --where, or the column with --columns")
}

/// Adds the place where a source failed to read a value.
fn placed(error: Error, destination: &UnitDestination) -> Error {
    match destination.place() {
        Some((row, column)) if error.kind() == ErrorKind::Value => row.locate(error, column),
        _ => error,
    }
}
