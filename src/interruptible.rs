//! Work that can't be stopped, left behind when the job is.

use crate::extract::Cancel;
use crate::{Error, ErrorKind, Result};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often the caller looks whether it should leave.
const POLL: Duration = Duration::from_millis(20);

/// Does `work` on a thread of its own. If the job is interrupted meanwhile, returns at once and leaves the thread behind:
/// it may wait for a server that doesn't answer, and ends with the process.
pub(crate) fn interruptible<T: Send + 'static>(
    cancel: &Cancel,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = channel();
    // The receiver is gone if the caller has left.
    let work = move || _ = sender.send(work());
    let spawned = thread::Builder::new().spawn(work);
    spawned.map_err(|cause| {
        Error::new(ErrorKind::Capacity, "no thread can be started").because(cause)
    })?;
    loop {
        cancel.check()?;
        match receiver.recv_timeout(POLL) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(ErrorKind::Bug, "a thread of the job panicked"));
            }
        }
    }
}
