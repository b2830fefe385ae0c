//! Waiting for a job in the caller's thread.

use crate::failure::raised;
use firstseen::report::{Event, EventText, Listener, Silent};
use firstseen::{Cancel, Error, ErrorKind, Interrupt, Result};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often signals are looked for.
const POLL: Duration = Duration::from_millis(50);

/// The process that has run jobs; 0 for none yet. Thread pools don't survive a fork, and waiting for them would never end.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// What a job's thread sends.
enum Message<T> {
    /// An event, as JSON, and its line of the log.
    Event(String, Option<String>),
    Done(Result<T>),
}

/// Hands on a job's events.
struct Events<T> {
    state: Mutex<(Sender<Message<T>>, EventText)>,
}

impl<T: Send> Listener for Events<T> {
    fn on_event(&self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, text) = &mut *state;
        let line = text.line(event);
        let json = serde_json::to_string(event).unwrap_or_default();
        // Nobody waits any more.
        let _ = sender.send(Message::Event(json, line));
    }
}

/// What happens to work that is interrupted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interrupted {
    /// It is cancelled, and the caller waits until it has ended.
    Ends,
    /// It goes on, and nobody waits for it.
    IsLeft,
}

/// Does `work` on another thread, calls `on_event` with each event, and raises what Python has to raise meanwhile: then the
/// work has been cancelled and has ended.
pub(crate) fn attend<T: Send + 'static>(
    py: Python<'_>,
    on_event: Option<&Py<PyAny>>,
    work: impl FnOnce(Arc<dyn Listener>, Cancel) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    spawn(py, on_event, Interrupted::Ends, work)
}

/// As [`attend`], without events.
pub(crate) fn silently<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(Cancel) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    spawn(py, None, Interrupted::Ends, move |_, cancel| work(cancel))
}

/// As [`silently`], for work that might wait forever and that nobody misses: reading a file that might be a pipe.
pub(crate) fn idly<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    spawn(py, None, Interrupted::IsLeft, move |_, _| work())
}

fn spawn<T: Send + 'static>(
    py: Python<'_>,
    on_event: Option<&Py<PyAny>>,
    interrupted: Interrupted,
    work: impl FnOnce(Arc<dyn Listener>, Cancel) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    refuse_fork()?;
    let cancel = Cancel::default();
    let (sender, receiver) = channel();
    let listener: Arc<dyn Listener> = match on_event {
        None => Arc::new(Silent),
        Some(_) => Arc::new(Events {
            state: Mutex::new((sender.clone(), EventText::default())),
        }),
    };
    let token = cancel.clone();
    let work = move || {
        let done = work(listener, token);
        let _ = sender.send(Message::Done(done));
    };
    thread::Builder::new()
        .name("firstseen".to_owned())
        .spawn(work)
        .map_err(|cause| raised(py, &Error::no_thread(cause)))?;
    let receiver = Mutex::new(receiver);
    wait(py, on_event, interrupted, &receiver, &cancel)
}

fn wait<T: Send>(
    py: Python<'_>,
    on_event: Option<&Py<PyAny>>,
    interrupted: Interrupted,
    receiver: &Mutex<Receiver<Message<T>>>,
    cancel: &Cancel,
) -> PyResult<T> {
    let mut failed = None;
    loop {
        let message = py.detach(|| {
            let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            receiver.recv_timeout(POLL)
        });
        let told = match message {
            Ok(Message::Done(done)) => {
                return match failed {
                    Some(failed) => Err(failed),
                    None => done.map_err(|error| raised(py, &error)),
                };
            }
            Ok(Message::Event(json, line)) => match (on_event, &failed) {
                (Some(on_event), None) => on_event.call1(py, (json, line)).map(drop),
                _ => Ok(()),
            },
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                let message = "internal error: a job's thread panicked";
                return Err(raised(py, &Error::new(ErrorKind::Bug, message)));
            }
        };
        if failed.is_none()
            && let Err(error) = told.and_then(|()| py.check_signals())
        {
            if interrupted == Interrupted::IsLeft {
                return Err(error);
            }
            cancel.interrupt(Interrupt::Int);
            failed = Some(error);
        }
    }
}

fn refuse_fork() -> PyResult<()> {
    let own = process::id();
    match PROCESS.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => Ok(()),
        Err(first) if first == own => Ok(()),
        Err(_) => Err(PyRuntimeError::new_err(
            "firstseen was used before this process was forked, and its threads don't exist here: start processes with \
             multiprocessing's \"spawn\" or \"forkserver\", or use firstseen only in the child",
        )),
    }
}
