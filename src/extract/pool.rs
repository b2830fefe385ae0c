//! The pool of workers, and the coordinator that waits for them.

use super::shared::{Message, Shared};
use super::worker::work_through;
use super::{Extraction, ReadUnit};
use crate::cancel::POLL;
use crate::destination::Control;
use crate::report::Event;
use crate::{Error, ErrorKind, Result};
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long workers may take to close their connections once the job is interrupted, or one of them waits for a server that
/// sends nothing. After that, the job ends without them.
const LEAVE_IN_A_HURRY: Duration = Duration::from_millis(1500);
/// How long the unit that failed may take to say why: its client might read the rest of the result first.
const LEAVE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Reads every unit. Returns all units in unit order, or, after the other workers have been stopped, the first error.
pub(crate) fn extract(extraction: Extraction) -> Result<Vec<ReadUnit>> {
    let cancellers = Mutex::new(extraction.sessions.cancellers());
    let shared = Arc::new(Shared {
        extraction,
        next: AtomicU32::new(0),
        cancellers,
    });
    let workers = shared.extraction.sessions.count();
    let (sender, receiver) = channel();
    for worker in 0..workers {
        match spawn_worker(worker, &shared, &sender) {
            Err(cause) if worker == 0 => return Err(cause),
            Err(_) => {
                let event =
                    Event::fewer_workers(worker, workers, "the system can't start more threads");
                shared.extraction.control.event(&event);
                break;
            }
            Ok(()) => {}
        }
    }
    drop(sender);
    collect(&shared, &receiver)
}

fn spawn_worker(worker: usize, shared: &Arc<Shared>, sender: &Sender<Message>) -> Result<()> {
    let (shared, sender) = (Arc::clone(shared), sender.clone());
    let name = format!("worker-{worker}");
    let spawned = thread::Builder::new()
        .name(name)
        .spawn(move || work_through(&shared, &sender));
    spawned.map(drop).map_err(Error::no_thread)
}

fn collect(shared: &Arc<Shared>, messages: &Receiver<Message>) -> Result<Vec<ReadUnit>> {
    let Extraction { units, control, .. } = &shared.extraction;
    let mut done: Vec<Option<ReadUnit>> = units.iter().map(|_| None).collect();
    let mut failure = None;
    let mut stop = None;
    loop {
        match messages.recv_timeout(POLL) {
            Ok((unit, Ok(rows))) => done[unit as usize] = Some(rows),
            // The other units' errors are a consequence of this one.
            Ok((unit, Err(error))) if is_first(control, unit) => failure = Some(error),
            Ok((_, Err(_))) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let is_silent = control.ends_silence();
        if control.is_stopping() {
            let stop = stop.get_or_insert_with(|| Stop::begin(shared));
            if stop.is_over(is_silent || control.cancel().is_interrupted()) {
                break;
            }
        }
    }
    if let Some(stop) = stop {
        stop.end();
    }
    // A worker that a signal interrupts fails with an error from its database, but the signal is the cause.
    control.cancel().check()?;
    control.check().map_err(|copy| failure.unwrap_or(copy))?;
    done.into_iter().collect::<Option<_>>().ok_or_else(|| {
        let message = "internal error: a worker ended without its unit's rows";
        Error::new(ErrorKind::Bug, message)
    })
}

fn is_first(control: &Control, unit: u32) -> bool {
    control.failure().is_some_and(|(first, _)| *first == unit)
}

/// The end of a job that can't be finished, while it waits for its workers.
struct Stop {
    begun: Instant,
    /// Since when the workers' errors no longer matter.
    hurried: Option<Instant>,
    /// Disconnects when all cancellers are done.
    cancelling: Receiver<()>,
}

impl Stop {
    fn begin(shared: &Shared) -> Self {
        Self {
            begun: Instant::now(),
            hurried: None,
            cancelling: cancel_all(shared),
        }
    }

    /// Whether the coordinator returns without waiting for the remaining workers. It hurries once a signal interrupts the job,
    /// or a worker waits for a silent server.
    fn is_over(&mut self, hurries: bool) -> bool {
        if hurries && self.hurried.is_none() {
            self.hurried = Some(Instant::now());
        }
        let impatient = self
            .hurried
            .is_some_and(|at| at.elapsed() >= LEAVE_IN_A_HURRY);
        impatient || self.begun.elapsed() >= LEAVE_AFTER_FAILURE
    }

    /// Waits for the server's answers to the cancellers, as long as the coordinator would wait for a worker. A pooler might
    /// fail if a client disconnects before (`PgBouncer`'s issue 801: it terminates).
    fn end(self) {
        let left = LEAVE_IN_A_HURRY.saturating_sub(self.begun.elapsed());
        // Nothing is ever sent: this waits for the disconnection.
        let _ = self.cancelling.recv_timeout(left);
    }
}

/// Cancels every worker's read, each on a separate thread, since a canceller might block on a dead server.
fn cancel_all(shared: &Shared) -> Receiver<()> {
    let (done, cancelling) = channel();
    let cancellers = shared
        .cancellers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for canceller in cancellers.iter() {
        let (canceller, done) = (Arc::clone(canceller), done.clone());
        // If no thread can be started, the worker notices on its own at its next rows.
        let _ = thread::Builder::new().spawn(move || {
            canceller.cancel_query();
            drop(done);
        });
    }
    cancelling
}
