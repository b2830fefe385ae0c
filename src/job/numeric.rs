//! `--numeric P,S`: what PostgreSQL's numeric without precision is read as.

use super::usage::usage;
use crate::Result;

/// Digits of the widest decimal that Arrow has.
const MAX_PRECISION: u8 = 76;

/// Precision and scale of a decimal: 1 ≤ precision ≤ 76, 0 ≤ scale ≤ precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric {
    precision: u8,
    scale: i8,
}

impl Numeric {
    /// `10,2`. Anything else is [`crate::ErrorKind::Usage`].
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once(',');
        let numbers =
            parts.and_then(|(precision, scale)| Some((number(precision)?, number(scale)?)));
        numbers
            .filter(|(precision, scale)| (1..=MAX_PRECISION).contains(precision) && scale <= precision)
            .and_then(|(precision, scale)| {
                let scale = i8::try_from(scale).ok()?;
                Some(Self { precision, scale })
            })
            .ok_or_else(|| {
                usage(format!("--numeric {text:?} is no precision and scale")).advise(format!(
                    "give digits in all (1 to {MAX_PRECISION}) and digits behind the point (0 to the first): --numeric 38,10"
                ))
            })
    }

    /// Digits in all.
    pub fn precision(self) -> u8 {
        self.precision
    }

    /// Digits behind the point.
    pub fn scale(self) -> i8 {
        self.scale
    }
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u8> {
    let text = text.trim();
    let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_scale_are_what_arrow_can_hold() {
        for (text, precision, scale) in [("1,0", 1, 0), ("38, 10", 38, 10), ("76,76", 76, 76)] {
            assert_eq!(Numeric::parse(text).unwrap(), Numeric { precision, scale });
        }
        for text in [
            "", "10", "0,0", "77,0", "10,11", "10,-2", "+10,2", "a,b", "10,2,3", "300,1",
        ] {
            assert_eq!(Numeric::parse(text).unwrap_err().exit_code(), 2, "{text}");
        }
    }
}
