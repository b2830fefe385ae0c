//! The number of a flag, as an exact decimal, so that counts are the same on every machine.

use std::fmt;

/// Most digits after the decimal point.
const FRACTION_DIGITS: usize = 9;
/// The number 1, in the unit of [`Decimal`].
const ONE_BILLIONTHS: u64 = 1_000_000_000;
/// The number 100.
const MAX_BILLIONTHS: u64 = 100 * ONE_BILLIONTHS;

/// More than 0, at most 100, exact to nine digits after the decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    billionths: u64,
}

impl Decimal {
    pub(super) const fn whole(number: u8) -> Self {
        Self {
            billionths: number as u64 * ONE_BILLIONTHS,
        }
    }

    /// `count` times this number, rounded to the nearest number, with halves rounded up. A `count` up to 184 million can't
    /// overflow.
    pub(super) fn of(self, count: u64) -> u64 {
        (count * self.billionths + ONE_BILLIONTHS / 2) / ONE_BILLIONTHS
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
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

impl fmt::Display for Decimal {
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
                Decimal::parse(text)
                    .map(|number| number.to_string())
                    .as_deref(),
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
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
