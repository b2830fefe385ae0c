//! The possible days, as text.

use chrono::{Datelike, NaiveDate};

/// The earliest year of birth.
const FIRST_YEAR: i32 = 1900;
/// The year of the article's last table.
const LAST_YEAR: i32 = 2012;

/// Every day from 1900 to 2012, in ISO format.
#[derive(Debug)]
pub(super) struct Calendar {
    days: Vec<String>,
}

impl Calendar {
    pub(super) fn new() -> Self {
        let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1);
        let days = first
            .into_iter()
            .flat_map(|day| day.iter_days())
            .take_while(|day| day.year() <= LAST_YEAR);
        Self {
            days: days.map(|day| day.to_string()).collect(),
        }
    }

    /// The days, in order.
    pub(super) fn days(&self) -> &[String] {
        &self.days
    }

    /// How many of the days are not after the end of `year`.
    pub(super) fn days_until(&self, year: i32) -> usize {
        let after = format!("{}-01-01", year + 1);
        self.days.partition_point(|day| *day < after)
    }
}
