//! `--scale`: an exact decimal number, so that row counts are the same on every machine.

use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;

/// Most digits after the decimal point.
const FRACTION_DIGITS: usize = 9;
/// The scale 1, in the unit of [`Scale`].
const ONE_BILLIONTHS: u64 = 1_000_000_000;
/// The largest scale: 1,509,659,000 rows, more than any test needs.
const MAX_BILLIONTHS: u64 = 100 * ONE_BILLIONTHS;

/// The size relative to the article's: more than 0, at most 100, exact to nine digits after the decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    billionths: u64,
}

impl Scale {
    /// The article's own size.
    pub const ONE: Self = Self {
        billionths: ONE_BILLIONTHS,
    };

    /// `count` times this scale, rounded to the nearest number, with halves rounded up. A `count` up to 184 million can't
    /// overflow.
    pub(super) fn of(self, count: u64) -> u64 {
        (count * self.billionths + ONE_BILLIONTHS / 2) / ONE_BILLIONTHS
    }

    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if fraction.len() > FRACTION_DIGITS || !digits(whole) || !digits(fraction) {
            return None;
        }
        let billionths = format!("{whole}{fraction:0<FRACTION_DIGITS$}")
            .parse()
            .ok()?;
        (1..=MAX_BILLIONTHS)
            .contains(&billionths)
            .then_some(Self { billionths })
    }
}

impl FromStr for Scale {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("--scale: {text} isn't a scale"))
                .advise("give a number above 0 and up to 100, such as 1 or 0.01")
        })
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (
            self.billionths / ONE_BILLIONTHS,
            self.billionths % ONE_BILLIONTHS,
        );
        let text = format!("{whole}.{rest:0FRACTION_DIGITS$}");
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_exact_and_bounded() {
        for text in ["1", "0.01", "100", "0.000000001", "2.5"] {
            assert_eq!(
                Scale::parse(text).map(|scale| scale.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "0",
            "0.0",
            "-1",
            "+1",
            "1e3",
            "100.000000001",
            "0.0000000001",
            "",
            ".",
            "NaN",
            "1.2.3",
        ] {
            assert_eq!(Scale::parse(text), None, "{text}");
        }
    }
}
