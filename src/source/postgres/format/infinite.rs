//! Infinite dates and moments, which ConnectorX returns as chrono's first and last day.

use crate::destination::{Fit, Misfit, days, fixed};
use chrono::NaiveDate;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days since 1970, as ConnectorX's own source passes a date.
pub(super) fn native_days(cell: &[u8]) -> Fit<i32> {
    finite_days(i32::from_le_bytes(fixed(cell)?))
}

/// Microseconds since 1970, as ConnectorX's own source passes a moment.
pub(super) fn native_micros(cell: &[u8]) -> Fit<i64> {
    finite_micros(i64::from_le_bytes(fixed(cell)?))
}

pub(super) fn finite_days(days: i32) -> Fit<i32> {
    is_finite(days.into()).then_some(days).ok_or(Misfit::NoDate)
}

pub(super) fn finite_micros(micros: i64) -> Fit<i64> {
    let is_finite = is_finite(micros.div_euclid(MICROS_PER_DAY));
    is_finite.then_some(micros).ok_or(Misfit::NoDate)
}

fn is_finite(day: i64) -> bool {
    let infinite = [NaiveDate::MIN, NaiveDate::MAX].map(|date| i64::from(days(date)));
    !infinite.contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    #[test]
    fn infinite_dates_are_invalid() {
        for infinite in [NaiveDate::MAX, NaiveDate::MIN] {
            let cell = days(infinite).to_le_bytes();
            assert_eq!(native_days(&cell), Err(Misfit::NoDate));
        }
        for infinite in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            let cell = infinite.timestamp_micros().to_le_bytes();
            assert_eq!(native_micros(&cell), Err(Misfit::NoDate));
        }
        assert_eq!(native_days(&(-1_i32).to_le_bytes()), Ok(-1));
        assert_eq!(native_micros(&(-1_i64).to_le_bytes()), Ok(-1));
    }
}
