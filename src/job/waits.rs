//! How long a job waits for its database, and how often it retries.

use super::usage::in_range;
use super::{JobOptions, SourceUrl};
use crate::Result;
use std::time::Duration;

/// How long a job waits for its database, and how often it retries.
#[derive(Debug, Clone)]
pub struct Waits {
    /// For a session to begin; `None` for the time in the URL or the client's own environment, or else 10 seconds.
    pub connect: Option<Duration>,
    /// For the next bytes of an answer, whatever the database is doing meanwhile.
    pub read: Duration,
    /// For a lock that another session holds.
    pub lock: Duration,
    /// How often to retry a unit whose connection drops before its first row.
    pub retries: u32,
}

/// For a session to begin, by default.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(300);
const LOCK: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;

/// A day. Waiting longer would not help.
const MOST_SECS: u64 = 86_400;
const MOST_RETRIES: u64 = 100;

impl Default for Waits {
    fn default() -> Self {
        Self {
            connect: None,
            read: READ,
            lock: LOCK,
            retries: RETRIES,
        }
    }
}

impl Waits {
    pub(super) fn checked(options: &JobOptions) -> Result<Self> {
        Ok(Self {
            connect: seconds("connect-timeout-secs", options.connect_timeout_secs)?,
            read: seconds("read-timeout-secs", options.read_timeout_secs)?.unwrap_or(READ),
            lock: seconds("lock-wait-secs", options.lock_wait_secs)?.unwrap_or(LOCK),
            retries: in_range("retries", options.retries, 0..=MOST_RETRIES)?.unwrap_or(RETRIES),
        })
    }

    /// For the next bytes of an answer; `None` for a file, which never keeps a reader waiting.
    pub(crate) fn silence(&self, source: &SourceUrl) -> Option<Duration> {
        source.as_server().map(|_| self.read)
    }

    /// How often a unit is retried. A file has no connection that could drop.
    pub(crate) fn retries(&self, source: &SourceUrl) -> u32 {
        source.as_server().map_or(0, |_| self.retries)
    }

    /// For a session to begin, with the default.
    pub(crate) fn connect_or_default(&self) -> Duration {
        self.connect.unwrap_or(CONNECT)
    }
}

fn seconds(flag: &str, seconds: Option<u64>) -> Result<Option<Duration>> {
    let seconds = in_range(flag, seconds, 1..=MOST_SECS)?;
    Ok(seconds.map(Duration::from_secs))
}
