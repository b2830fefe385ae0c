//! `--scale`: how many rows.

use super::decimal::Decimal;
use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;

/// The size relative to that of scale 1: more than 0, at most 100, exact to nine digits after the decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(Decimal);

impl Scale {
    /// The article's own size, or that of the default wide tables.
    pub const ONE: Self = Self(Decimal::whole(1));

    /// `count` times this scale, rounded. A `count` up to 184 million can't overflow.
    pub(super) fn of(self, count: u64) -> u64 {
        self.0.of(count)
    }
}

impl FromStr for Scale {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Decimal::parse(text).map(Self).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("--scale: {text} isn't a scale"))
                .advise("give a number above 0 and up to 100, such as 1 or 0.01")
        })
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
