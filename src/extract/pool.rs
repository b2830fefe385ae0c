//! The pool of workers: one connection each, units taken in order.

use super::control::Control;
use super::writer::Filter;
use super::{NullKeys, UnitDestination, UnitRows};
use crate::distinct::FirstSeen;
use crate::plan::Unit;
use crate::report::Event;
use crate::source::{Database, Interrupt, Session};
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::SchemaRef;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the coordinator looks whether the job has to stop.
const POLL: Duration = Duration::from_millis(20);
/// How long stopped workers may take to leave their connections; then the job ends without them.
const LEAVE: Duration = Duration::from_millis(1500);

/// What is to be extracted, and how.
#[derive(Clone)]
pub(crate) struct Extraction {
    pub database: Arc<dyn Database>,
    pub units: Arc<[Unit]>,
    pub schema: SchemaRef,
    /// Indices of the key columns in `schema`.
    pub key: Vec<usize>,
    pub null_keys: NullKeys,
    /// `None` with `--exact`.
    pub first_seen: Option<Arc<FirstSeen>>,
    pub workers: usize,
    pub control: Arc<Control>,
}

/// What the workers of one extraction share.
struct Shared {
    extraction: Extraction,
    next: AtomicUsize,
    interrupts: Mutex<Vec<Box<dyn Interrupt>>>,
}

type Message = (usize, Result<UnitRows>);

/// Reads every unit. All units, in unit order; or the first error, after the other workers have been stopped.
pub(crate) fn extract(extraction: Extraction) -> Result<Vec<UnitRows>> {
    let workers = extraction.workers;
    let units = extraction.units.len();
    let shared = Arc::new(Shared {
        extraction,
        next: AtomicUsize::new(0),
        interrupts: Mutex::new(Vec::new()),
    });
    let (sender, receiver) = channel();
    for worker in 0..workers {
        spawn_worker(worker, Arc::clone(&shared), sender.clone())?;
    }
    drop(sender);
    collect(&shared, &receiver, units)
}

fn spawn_worker(worker: usize, shared: Arc<Shared>, sender: Sender<Message>) -> Result<()> {
    let work = move || {
        let outcome = work_through(&shared, &sender);
        if let Err((unit, error)) = outcome {
            shared.extraction.control.fail();
            // The coordinator may have left already.
            let _ = sender.send((unit, Err(error)));
        }
    };
    let spawned = thread::Builder::new()
        .name(format!("worker-{worker}"))
        .spawn(work);
    spawned
        .map(drop)
        .map_err(|cause| Error::new(ErrorKind::Capacity, "no thread can be started").because(cause))
}

/// Takes unit after unit on one connection, until none is left or the job stops.
fn work_through(shared: &Shared, sender: &Sender<Message>) -> Result<(), (usize, Error)> {
    let mut connected = None;
    loop {
        let ordinal = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(unit) = shared.extraction.units.get(ordinal) else {
            return Ok(());
        };
        let in_table = |error: Error| (ordinal, error.within(format_args!("table {}", unit.table)));
        shared.extraction.control.check().map_err(in_table)?;
        if connected.is_none() {
            connected = Some(connect(shared).map_err(in_table)?);
        }
        if let Some((session, pool)) = &mut connected {
            let rows =
                read_unit(&shared.extraction, ordinal, session.as_mut(), pool).map_err(in_table)?;
            let _ = sender.send((ordinal, Ok(rows)));
        }
    }
}

/// A worker's connection, and its one-thread pool: ConnectorX's dispatcher calls rayon, and a shared pool would let a
/// worker steal another unit while its own connection idles.
fn connect(shared: &Shared) -> Result<(Box<dyn Session>, ThreadPool)> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_| "reader".to_owned())
        .build();
    let pool = pool.map_err(|cause| {
        Error::new(ErrorKind::Capacity, "no thread can be started").because(cause)
    })?;
    let session = shared.extraction.database.session()?;
    let mut interrupts = shared
        .interrupts
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    interrupts.push(session.interrupt());
    Ok((session, pool))
}

fn read_unit(
    extraction: &Extraction,
    ordinal: usize,
    session: &mut dyn Session,
    pool: &ThreadPool,
) -> Result<UnitRows> {
    let unit = &extraction.units[ordinal];
    let number =
        u32::try_from(ordinal).map_err(|_| Error::new(ErrorKind::Capacity, "too many units"))?;
    extraction.control.event(&Event::UnitStarted {
        unit: ordinal,
        table: unit.table.clone(),
        sql: unit.query.sql.clone(),
        estimated_rows: unit.estimated_rows,
    });
    let filter = Filter {
        key: extraction.key.clone(),
        null_keys: extraction.null_keys,
        first_seen: extraction.first_seen.clone(),
    };
    let schema = Arc::clone(&extraction.schema);
    let mut destination =
        UnitDestination::new(number, schema, filter, Arc::clone(&extraction.control));
    let begun = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| {
        pool.install(|| session.read(&unit.query, &mut destination))
    }));
    read.unwrap_or_else(|_| Err(panicked()))
        .map_err(|error| placed(error, &destination))?;
    let mut rows = destination.finish()?;
    rows.elapsed = begun.elapsed();
    extraction.control.event(&Event::UnitFinished {
        unit: ordinal,
        table: unit.table.clone(),
        rows_read: rows.read,
        candidates: rows.candidates,
    });
    Ok(rows)
}

/// The text of a panic may hold a cell: it is not passed on.
fn panicked() -> Error {
    Error::new(ErrorKind::Value, "the database's client gave up on a value")
        .advise("leave the row out with --where, or the column with --columns")
}

/// Says where a source failed, unless the error says so itself.
fn placed(error: Error, destination: &UnitDestination) -> Error {
    match error.kind() {
        ErrorKind::Value if !error.to_string().starts_with("row ") => {
            error.within(destination.place())
        }
        _ => error,
    }
}

fn collect(
    shared: &Arc<Shared>,
    messages: &Receiver<Message>,
    units: usize,
) -> Result<Vec<UnitRows>> {
    let mut done: Vec<Option<UnitRows>> = (0..units).map(|_| None).collect();
    let mut failure = None;
    let mut leave_at = None;
    loop {
        match messages.recv_timeout(POLL) {
            Ok((unit, Ok(rows))) => done[unit] = Some(rows),
            Ok((_, Err(error))) => keep_cause(&mut failure, error),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if shared.extraction.control.is_stopping() && leave_at.is_none() {
            interrupt_all(shared);
            leave_at = Some(Instant::now() + LEAVE);
        }
        if leave_at.is_some_and(|at| Instant::now() >= at) {
            break;
        }
    }
    // A worker that was interrupted fails with what its database says of it: the user's signal is the cause then.
    shared.extraction.control.cancel().check()?;
    shared
        .extraction
        .control
        .check()
        .map_err(|stopped| failure.unwrap_or(stopped))?;
    done.into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| Error::new(ErrorKind::Bug, "a worker ended without its unit's rows"))
}

/// The first error that is not the echo of another one's stop.
fn keep_cause(failure: &mut Option<Error>, error: Error) {
    let is_echo = matches!(error.kind(), ErrorKind::Interrupted(_));
    if failure.is_none() && !is_echo {
        *failure = Some(error);
    }
}

/// Wakes every worker from its read, each from a thread of its own: an interrupt may block on a dead server.
fn interrupt_all(shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        let interrupts = shared
            .interrupts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        thread::scope(|scope| {
            for interrupt in interrupts.iter() {
                scope.spawn(|| interrupt.interrupt());
            }
        });
    });
}
