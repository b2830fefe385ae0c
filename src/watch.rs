//! Whether a connection waits for its database, since when, and how long it may.

use crate::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Added to the limit, so that firstseen's own connections time out first: their errors say more about where they waited.
const GRACE: Duration = Duration::from_secs(2);
/// Nothing is being waited for.
const RESTING: u64 = 0;

/// A connection that sends a query and waits for the answer. A client without its own timeout is left behind by the thread
/// that checks this.
#[derive(Debug)]
pub(crate) struct Watch {
    begun: Instant,
    /// `None`: waits as long as it takes.
    patience: Option<Duration>,
    /// When the wait began, or the last data arrived: milliseconds since `begun`, plus one.
    sign: AtomicU64,
}

impl Watch {
    pub fn new(patience: Option<Duration>) -> Self {
        Self {
            begun: Instant::now(),
            patience,
            sign: AtomicU64::new(RESTING),
        }
    }

    /// Notes that the wait begins, or that data arrived.
    pub fn sign(&self) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.sign.store(now + 1, Ordering::Relaxed);
    }

    /// Notes that nothing is being waited for.
    pub fn rest(&self) {
        self.sign.store(RESTING, Ordering::Relaxed);
    }

    /// Calls `ask`, and counts the time until it returns as waiting.
    pub fn during<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.sign();
        let answer = ask();
        self.rest();
        answer
    }

    /// Fails if the wait has taken too long.
    pub fn check(&self) -> Result<()> {
        let Some(patience) = self.patience else {
            return Ok(());
        };
        let since = match self.sign.load(Ordering::Relaxed) {
            RESTING => return Ok(()),
            sign => Duration::from_millis(sign - 1),
        };
        if self.begun.elapsed().saturating_sub(since) <= patience + GRACE {
            return Ok(());
        }
        let message = format!(
            "the database didn't answer: silent for {} seconds, the limit of --read-timeout-secs",
            patience.as_secs()
        );
        Err(Error::new(ErrorKind::Ended, message)
            .advise("run the job again, or allow more time with --read-timeout-secs"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wait_that_takes_too_long_fails() {
        let watch = Watch::new(Some(Duration::ZERO));
        assert!(watch.check().is_ok(), "nothing is waited for");
        let late = Watch {
            begun: Instant::now().checked_sub(GRACE * 2).unwrap(),
            ..Watch::new(Some(Duration::ZERO))
        };
        late.sign();
        assert!(late.check().is_ok(), "data arrived just now");
        late.sign.store(1, Ordering::Relaxed);
        assert_eq!(late.check().unwrap_err().kind(), ErrorKind::Ended);
        assert!(late.during(|| late.check().is_ok()), "a new wait begins");
        assert!(late.check().is_ok(), "nothing is waited for");
        let patient = Watch {
            patience: None,
            ..late
        };
        patient.sign.store(1, Ordering::Relaxed);
        assert!(patient.check().is_ok());
    }
}
