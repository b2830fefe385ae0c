//! SIGINT and SIGTERM, turned into a cancelled job.

use crate::cancel::Cancel;
use crate::{Error, ErrorKind, Interrupt, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::thread;

/// A token that the first signal cancels. A second signal changes nothing: the job is on its way out by then.
pub(super) fn cancel_on_signal() -> Result<Cancel> {
    let cancel = Cancel::default();
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|cause| Error::new(ErrorKind::Bug, "signals can't be caught").because(cause))?;
    let token = cancel.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            token.interrupt(if signal == SIGINT {
                Interrupt::Int
            } else {
                Interrupt::Term
            });
        }
    });
    Ok(cancel)
}
