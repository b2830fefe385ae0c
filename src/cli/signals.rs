//! Signals, turned into a cancelled job or an error.

use crate::cancel::Cancel;
use crate::{Error, ErrorKind, Interrupt, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::{fs, io, thread};

/// Returns a token that the first signal cancels. A second signal changes nothing: by then the job is already stopping.
pub(super) fn cancel_on_signal() -> Result<Cancel> {
    let cancel = Cancel::default();
    // Catching signals needs a pair of sockets.
    let failed =
        |cause: io::Error| Error::new(ErrorKind::Capacity, "can't catch signals").because(cause);
    // Beyond a file size limit a write then fails with EFBIG. Otherwise the signal would end the process first.
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

/// Whether the process was started with `nohup`, so that it outlives its terminal. Bit 0 of the mask is signal 1.
fn hangup_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}
