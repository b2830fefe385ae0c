//! When a unit is begun anew, and how long a worker waits before that.

use crate::cancel::POLL;
use crate::destination::Control;
use crate::{Error, ErrorKind, Result};
use std::thread;
use std::time::Duration;

/// Before the first attempt; twice as long before each other one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Whether the same may succeed on a new connection.
pub(super) fn is_worth_another(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Lost | ErrorKind::Unreachable)
}

/// Waits before an attempt, from 1. Workers that were lost together come back one after the other.
pub(super) fn pause(attempt: u32, control: &Control) -> Result<()> {
    let longest = FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(16));
    let mut left = jittered(longest.min(LONGEST_PAUSE));
    while !left.is_zero() {
        control.check()?;
        let slept = left.min(POLL);
        thread::sleep(slept);
        left -= slept;
    }
    control.check()
}

/// Between half of it and all.
fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
