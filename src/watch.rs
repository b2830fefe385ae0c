//! Who waits for an answer, since when, and for how long he may.

use crate::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Longer than the timeouts of our own connections, which say more of where they waited.
const GRACE: Duration = Duration::from_secs(2);
/// Nobody waits.
const RESTING: u64 = 0;

/// One who asks a database and waits. Clients that have no timeout of their own are left behind by who looks here.
#[derive(Debug)]
pub(crate) struct Watch {
    begun: Instant,
    /// `None`: as long as it takes.
    patience: Option<Duration>,
    /// Milliseconds from `begun`, and one, at which it began to wait or the last sign of life came.
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

    /// It waits from now on, or something came.
    pub fn sign(&self) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.sign.store(now + 1, Ordering::Relaxed);
    }

    /// It waits for nothing.
    pub fn rest(&self) {
        self.sign.store(RESTING, Ordering::Relaxed);
    }

    /// Asks, and waits for the answer.
    pub fn during<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.sign();
        let answer = ask();
        self.rest();
        answer
    }

    /// An error if it has waited for too long.
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
            "the database was silent for {} seconds, as --read-timeout-secs allows",
            patience.as_secs()
        );
        Err(Error::new(ErrorKind::Ended, message).advise("run the job again, or allow more time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_waits_for_too_long_fails() {
        let watch = Watch::new(Some(Duration::ZERO));
        assert!(watch.check().is_ok(), "it rests");
        let late = Watch {
            begun: Instant::now().checked_sub(GRACE * 2).unwrap(),
            ..Watch::new(Some(Duration::ZERO))
        };
        late.sign();
        assert!(late.check().is_ok(), "a sign came just now");
        late.sign.store(1, Ordering::Relaxed);
        assert_eq!(late.check().unwrap_err().kind(), ErrorKind::Ended);
        assert!(late.during(|| late.check().is_ok()), "it waits anew");
        assert!(late.check().is_ok(), "it rests");
        let patient = Watch {
            patience: None,
            ..late
        };
        patient.sign.store(1, Ordering::Relaxed);
        assert!(patient.check().is_ok());
    }
}
