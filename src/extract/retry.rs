//! When a unit is retried, and how long a worker waits before it retries.

use crate::cancel::POLL;
use crate::destination::Control;
use crate::{Error, ErrorKind, Result};
use std::thread;
use std::time::Duration;

/// The pause before the first attempt. Each further pause is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Whether the same query might succeed on a new connection.
pub(super) fn is_worth_another(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Lost | ErrorKind::Unreachable)
}

/// Waits before an attempt, counted from 1. Workers that lost their connections together reconnect one after the other.
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

/// A random duration between half of the pause and all of it.
fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
