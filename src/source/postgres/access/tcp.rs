//! The URL's TCP timers, which the client library uses. firstseen's own connections have their own.

use super::parameters::{Parameters, invalid};
use crate::Result;
use std::time::Duration;

/// `None` stands for the system's value.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Timers {
    pub keepalives: Option<bool>,
    pub idle: Option<Duration>,
    pub interval: Option<Duration>,
    pub retries: Option<u32>,
    pub user_timeout: Option<Duration>,
}

impl Timers {
    pub(super) fn from_parameters(parameters: &Parameters<'_>) -> Result<Self> {
        let seconds = |parameter| -> Result<Option<Duration>> {
            let seconds = parameters.number(parameter)?.and_then(positive);
            Ok(seconds.map(Duration::from_secs))
        };
        let retries = match parameters.number("keepalives_count")? {
            Some(count) => Some(("keepalives_count", count)),
            None => parameters
                .number("keepalives_retries")?
                .map(|count| ("keepalives_retries", count)),
        };
        let retries = retries.map(|(parameter, count)| {
            u32::try_from(count).map_err(|_| invalid(parameter, "a number of probes"))
        });
        let user_timeout = parameters.number("tcp_user_timeout")?.and_then(positive);
        Ok(Self {
            keepalives: parameters.number("keepalives")?.map(|number| number != 0),
            idle: seconds("keepalives_idle")?,
            interval: seconds("keepalives_interval")?,
            retries: retries.transpose()?,
            user_timeout: user_timeout.map(Duration::from_millis),
        })
    }
}

/// For libpq, zero or less means the default.
pub(super) fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
}
