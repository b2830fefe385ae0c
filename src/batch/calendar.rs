//! Days and microseconds as calendar dates and times of day, for every value that Arrow can hold.

const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds per day, without leap seconds.
pub(super) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A day in the proleptic Gregorian calendar. The year before 1 is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    /// Astronomical year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// A span of time, or a time of day, without its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    /// Any number.
    pub hours: i64,
    /// 0 to 59.
    pub minutes: i64,
    /// 0 to 59.
    pub seconds: i64,
    /// 0 to 999,999.
    pub micros: i64,
}

impl Civil {
    /// The day that is `days` after 1970-01-01. `days` comes from a date, or from a timestamp in microseconds.
    ///
    /// This is Howard Hinnant's `civil_from_days`. It counts from 0000-03-01, so that the leap day is the last day of its year,
    /// in eras of 400 years (146,097 days).
    pub(super) fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        }
    }
}

impl TimeOfDay {
    /// Splits `micros`, which can be as large as the absolute value of `i64::MIN`.
    pub(super) fn from_micros(micros: u64) -> Self {
        let part = |per: u64, of: u64| i64::try_from(micros / per % of).unwrap_or(i64::MAX);
        Self {
            hours: part(3_600_000_000, u64::MAX),
            minutes: part(60_000_000, 60),
            seconds: part(1_000_000, 60),
            micros: part(1, 1_000_000),
        }
    }
}

/// A timestamp's day, counted from 1970-01-01, and its microseconds after midnight.
pub(super) fn day_and_micros(micros: i64) -> (i64, u64) {
    let of_day = micros.rem_euclid(MICROS_PER_DAY).unsigned_abs();
    (micros.div_euclid(MICROS_PER_DAY), of_day)
}
