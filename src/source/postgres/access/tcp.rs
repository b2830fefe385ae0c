//! What a URL says of TCP's own timers, for the client library: our own connections have theirs.

use super::parameters::{Said, wrong};
use crate::Result;
use std::time::Duration;

/// `None` is the system's.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Timers {
    pub keepalives: Option<bool>,
    pub idle: Option<Duration>,
    pub interval: Option<Duration>,
    pub retries: Option<u32>,
    pub user_timeout: Option<Duration>,
}

impl Timers {
    pub(super) fn said(said: &Said<'_>) -> Result<Self> {
        let seconds = |parameter| -> Result<Option<Duration>> {
            let seconds = said.number(parameter)?.and_then(positive);
            Ok(seconds.map(Duration::from_secs))
        };
        let retries = match said.number("keepalives_count")? {
            Some(count) => Some(("keepalives_count", count)),
            None => said
                .number("keepalives_retries")?
                .map(|count| ("keepalives_retries", count)),
        };
        let retries = retries.map(|(parameter, count)| {
            u32::try_from(count).map_err(|_| wrong(parameter, "a number of questions"))
        });
        let user_timeout = said.number("tcp_user_timeout")?.and_then(positive);
        Ok(Self {
            keepalives: said.number("keepalives")?.map(|number| number != 0),
            idle: seconds("keepalives_idle")?,
            interval: seconds("keepalives_interval")?,
            retries: retries.transpose()?,
            user_timeout: user_timeout.map(Duration::from_millis),
        })
    }
}

/// Zero, or less, is libpq's word for the default.
pub(super) fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
}
