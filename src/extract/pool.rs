//! The pool of workers, and the coordinator that waits for them.

use super::shared::{Failed, Shared};
use super::work::Work;
use super::worker::work_through;
use crate::cancel::POLL;
use crate::destination::Control;
use crate::report::Event;
use crate::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long workers may take to close their connections once the job is interrupted, or one of them waits for a server that
/// sends nothing. After that, the job ends without them.
const LEAVE_IN_A_HURRY: Duration = Duration::from_millis(1500);
/// How long the unit that failed may take to say why: its client might read the rest of the result first.
const LEAVE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Has all workers do the work. Returns once nothing is left or, after the other workers have been stopped, the first error.
pub(crate) fn work_off<W: Work>(work: W) -> Result<W> {
    let workers = work.sessions().count();
    let shared = Arc::new(Shared::new(work));
    let (sender, receiver) = channel();
    for worker in 0..workers {
        match spawn_worker(worker, &shared, &sender) {
            Err(cause) if worker == 0 => return Err(cause),
            Err(_) => {
                let event =
                    Event::fewer_workers(worker, workers, "the system can't start more threads");
                shared.work.control().event(&event);
                break;
            }
            Ok(()) => {}
        }
    }
    drop(sender);
    wait(&shared, &receiver)?;
    let shared = Arc::into_inner(shared).ok_or_else(|| {
        Error::new(
            ErrorKind::Bug,
            "internal error: a worker goes on without work",
        )
    })?;
    Ok(shared.work)
}

fn spawn_worker<W: Work>(
    worker: usize,
    shared: &Arc<Shared<W>>,
    sender: &Sender<Failed>,
) -> Result<()> {
    let (shared, sender) = (Arc::clone(shared), sender.clone());
    let name = format!("worker-{worker}");
    let work = move || {
        work_through(&shared, &sender);
        // The coordinator takes the work back once all senders are gone.
        drop(shared);
        drop(sender);
    };
    let spawned = thread::Builder::new().name(name).spawn(work);
    spawned.map(drop).map_err(Error::no_thread)
}

fn wait<W: Work>(shared: &Arc<Shared<W>>, failures: &Receiver<Failed>) -> Result<()> {
    let control = shared.work.control();
    let mut failure = None;
    let mut stop = None;
    loop {
        match failures.recv_timeout(POLL) {
            // The other pieces' errors are a consequence of this one.
            Ok((piece, error)) if is_first(control, piece) => failure = Some(error),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if let Err((piece, error)) = shared.work.tend() {
            control.fail(piece, &error);
            if is_first(control, piece) {
                failure.get_or_insert(error);
            }
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
    control.check().map_err(|copy| failure.unwrap_or(copy))
}

fn is_first(control: &Control, piece: u32) -> bool {
    control.failure().is_some_and(|(first, _)| *first == piece)
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
    fn begin<W: Work>(shared: &Shared<W>) -> Self {
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
fn cancel_all<W: Work>(shared: &Shared<W>) -> Receiver<()> {
    let (done, cancelling) = channel();
    for canceller in shared.cancellers().iter() {
        let (canceller, done) = (Arc::clone(canceller), done.clone());
        // If no thread can be started, the worker notices on its own at its next rows.
        let _ = thread::Builder::new().spawn(move || {
            canceller.cancel_query();
            drop(done);
        });
    }
    cancelling
}
