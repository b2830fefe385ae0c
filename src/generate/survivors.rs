//! `--survivors`: how many of the wide tables' rows have a new key.

use super::decimal::Decimal;
use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;

/// A percentage of all rows: more than 0, at most 100, exact to nine digits after the decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survivors {
    percent: Decimal,
}

impl Survivors {
    /// The share of `rows`, rounded, but at least one row.
    pub(super) fn of(self, rows: u64) -> u64 {
        // Divided by a hundred first, since a percentage of all rows can overflow.
        let (hundreds, rest) = (rows / 100, rows % 100);
        (self.percent.of(hundreds) + (self.percent.of(rest) + 50) / 100).clamp(1, rows.max(1))
    }
}

/// 20 percent.
impl Default for Survivors {
    fn default() -> Self {
        Self {
            percent: Decimal::whole(20),
        }
    }
}

impl FromStr for Survivors {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let percent = Decimal::parse(text).ok_or_else(|| {
            let message = format!("--survivors: {text} isn't a percentage");
            Error::new(ErrorKind::Usage, message)
                .advise("give a number above 0 and up to 100, such as 20")
        })?;
        Ok(Self { percent })
    }
}

impl fmt::Display for Survivors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.percent.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_the_nearest_number_of_rows() {
        for (percent, rows, survivors) in [
            ("20", 2_000_000, 400_000),
            ("19.8659", 2_000_000, 397_318),
            ("100", 200_000_000, 200_000_000),
            ("100", 7, 7),
            ("0.000000001", 10, 1),
            ("50", 3, 2),
        ] {
            let share: Survivors = percent.parse().expect("a percentage");
            assert_eq!(share.of(rows), survivors, "{percent} % of {rows}");
            assert_eq!(share.to_string(), percent);
        }
    }
}
