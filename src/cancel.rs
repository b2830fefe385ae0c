//! How a job is stopped from outside.

use crate::{Error, ErrorKind, Interrupt, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

const INT: u8 = 1;
const TERM: u8 = 2;
const HUP: u8 = 3;
/// How often a waiting thread checks whether to stop.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// Called now and then during long work. Its error says what stopped the work, and ends it.
pub type Proceed<'a> = &'a (dyn Fn() -> Result<()> + Sync);

/// Stops a job from outside: keep a clone, and call [`Cancel::interrupt`] from any thread or from a signal handler.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    /// Asks the job to stop. It fails within two seconds with [`ErrorKind::Interrupted`] and publishes nothing, unless
    /// publishing has already begun.
    pub fn interrupt(&self, interrupt: Interrupt) {
        let state = match interrupt {
            Interrupt::Int => INT,
            Interrupt::Term => TERM,
            Interrupt::Hup => HUP,
        };
        self.0.store(state, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted().is_some()
    }

    /// Fails if the job was asked to stop.
    pub fn check(&self) -> Result<()> {
        self.interrupted()
            .map_or(Ok(()), |interrupt| Err(interrupted(interrupt)))
    }

    /// What asked the job to stop, if anything did.
    pub fn interrupted(&self) -> Option<Interrupt> {
        match self.0.load(Ordering::Relaxed) {
            INT => Some(Interrupt::Int),
            TERM => Some(Interrupt::Term),
            HUP => Some(Interrupt::Hup),
            _ => None,
        }
    }
}

fn interrupted(interrupt: Interrupt) -> Error {
    Error::new(
        ErrorKind::Interrupted(interrupt),
        "interrupted: nothing was published",
    )
}

/// Does `work` on a separate thread. If the job is interrupted meanwhile, or `check` fails, returns immediately and leaves
/// the thread behind: it might be waiting for a server that doesn't answer, and ends with the process.
pub(crate) fn interruptible<T: Send + 'static>(
    cancel: &Cancel,
    check: impl Fn() -> Result<()>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = channel();
    // The receiver is gone if the caller has returned.
    let work = move || _ = sender.send(work());
    let spawned = thread::Builder::new().spawn(work);
    spawned.map_err(Error::no_thread)?;
    loop {
        cancel.check()?;
        check()?;
        match receiver.recv_timeout(POLL) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(
                    ErrorKind::Bug,
                    "internal error: a thread of the job panicked",
                ));
            }
        }
    }
}
