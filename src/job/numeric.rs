//! `--numeric P,S`: the decimal type that PostgreSQL's numeric without precision is read as.

use super::usage::usage;
use crate::Result;

/// Digits of Arrow's widest decimal.
const MAX_PRECISION: u8 = 76;

/// Precision and scale of a decimal: 1 ≤ precision ≤ 76, 0 ≤ scale ≤ precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric {
    precision: u8,
    scale: i8,
}

impl Numeric {
    /// Parses a text such as `10,2`. Anything else is [`crate::ErrorKind::Usage`].
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
                usage(format!("--numeric {text:?} is not a precision and a scale")).advise(format!(
                    "give the number of digits (1 to {MAX_PRECISION}) and how many of them follow the decimal point, as in --numeric 38,10"
                ))
            })
    }

    /// Number of digits.
    pub fn precision(self) -> u8 {
        self.precision
    }

    /// Number of digits after the decimal point.
    pub fn scale(self) -> i8 {
        self.scale
    }
}

/// Parses a number without a sign.
fn number(text: &str) -> Option<u8> {
    let text = text.trim();
    let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_scale_are_limited_to_what_arrow_can_hold() {
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
