//! Signals, turned into a cancelled job or an error.

use crate::cancel::Cancel;
use crate::{Error, ErrorKind, Interrupt, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::{fs, io, thread};

/// A token that the first signal cancels. A second signal changes nothing: the job is on its way out by then.
pub(super) fn cancel_on_signal() -> Result<Cancel> {
    let cancel = Cancel::default();
    // That takes a pair of sockets.
    let failed = |cause: io::Error| {
        Error::new(ErrorKind::Capacity, "signals can't be caught").because(cause)
    };
    // Past a file size limit a write fails with EFBIG, unless the signal ends the process first.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    let mut wanted = vec![SIGINT, SIGTERM];
    if !hangup_is_ignored() {
        wanted.push(SIGHUP);
    }
    let mut signals = Signals::new(wanted).map_err(failed)?;
    let token = cancel.clone();
    let listen = move || {
        for signal in signals.forever() {
            token.interrupt(match signal {
                SIGINT => Interrupt::Int,
                SIGHUP => Interrupt::Hup,
                _ => Interrupt::Term,
            });
        }
    };
    thread::Builder::new()
        .spawn(listen)
        .map_err(Error::no_thread)?;
    Ok(cancel)
}

/// Whether the process was started with `nohup`: then it outlives its terminal. The mask has bit 0 for signal 1.
fn hangup_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}
