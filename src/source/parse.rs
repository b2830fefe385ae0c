//! One parser for each type: from the text or number that a database sends to the Arrow value, exactly or not at all.

use crate::destination::days;
use arrow::datatypes::i256;
use chrono::NaiveDate;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Parses `2000-12-31`.
pub(super) fn date(text: &str) -> Option<i32> {
    let (year, rest) = digits(text.as_bytes(), 4)?;
    let (month, rest) = digits(expect(rest, b'-')?, 2)?;
    let (day, rest) = digits(expect(rest, b'-')?, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    rest.is_empty().then(|| days(date))
}

/// Returns whether a text begins like a date, but with a day that doesn't exist.
pub(super) fn is_invalid_date(text: &str) -> bool {
    text.get(..10).is_some_and(|day| {
        let places = day.bytes().enumerate();
        let mut shape = places.map(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        shape.all(|fits| fits) && date(day).is_none()
    })
}

/// Parses `2000-12-31 23:59:59.123456`, or the same with a `T`, into microseconds since 1970. The fraction can be missing,
/// and a missing time is midnight. Digits after the sixth of a fraction must be zeros.
pub(super) fn timestamp(text: &str) -> Option<i64> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = i64::from(date(day)?) * MICROS_PER_DAY;
    match rest.as_bytes().split_first() {
        None => Some(day),
        Some((b' ' | b'T', _)) => Some(day + time(rest.get(1..)?)?),
        Some(_) => None,
    }
}

/// Parses `23:59:59.123456`, below 24 hours, into microseconds since midnight.
pub(super) fn time(text: &str) -> Option<i64> {
    let micros = clock(text.as_bytes(), 2)?;
    (micros < MICROS_PER_DAY).then_some(micros)
}

/// Parses `-838:59:59.000000`, as MySQL writes a TIME of any number of hours with a sign, into microseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let hour_digits = rest.find(':')?;
    Some(sign * clock(rest.as_bytes(), hour_digits)?)
}

fn clock(text: &[u8], hour_digits: usize) -> Option<i64> {
    let (hours, rest) = digits(text, hour_digits)?;
    let (minutes, rest) = digits(expect(rest, b':')?, 2)?;
    let (seconds, rest) = match rest {
        [] => (0, rest),
        _ => digits(expect(rest, b':')?, 2)?,
    };
    let micros = fraction(rest)?;
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let whole = (i64::from(hours) * 60 + i64::from(minutes)) * 60 + i64::from(seconds);
    Some(whole * MICROS_PER_SECOND + micros)
}

/// Parses `.123456`, or nothing. Digits after the sixth must be zeros.
pub(super) fn fraction(text: &[u8]) -> Option<i64> {
    let Some((b'.', figures)) = text.split_first() else {
        return text.is_empty().then_some(0);
    };
    let mut micros = 0;
    let mut weight = MICROS_PER_SECOND / 10;
    for figure in figures {
        let value = i64::from(figure.checked_sub(b'0').filter(|value| *value < 10)?);
        if weight == 0 && value != 0 {
            return None;
        }
        micros += value * weight;
        weight /= 10;
    }
    (!figures.is_empty()).then_some(micros)
}

pub(super) fn digits(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (figures, rest) = text.split_at_checked(count)?;
    let mut number = 0_u32;
    for figure in figures {
        let value = u32::from(figure.checked_sub(b'0').filter(|value| *value < 10)?);
        number = number.checked_mul(10)?.checked_add(value)?;
    }
    (count > 0).then_some((number, rest))
}

pub(super) fn expect(text: &[u8], byte: u8) -> Option<&[u8]> {
    text.split_first()
        .and_then(|(first, rest)| (*first == byte).then_some(rest))
}

/// Parses a decimal number into an integer of `10^-scale`, if it has at most `precision` digits and needs no rounding.
pub(super) fn decimal128(text: &str, precision: u8, scale: i8) -> Option<i128> {
    unscaled(text, precision, scale, |number: i128, figure| {
        number.checked_mul(10)?.checked_add(i128::from(figure))
    })
    .map(|(negative, number)| if negative { -number } else { number })
}

/// Like [`decimal128`], for up to 76 digits.
pub(super) fn decimal256(text: &str, precision: u8, scale: i8) -> Option<i256> {
    let ten = i256::from_i128(10);
    unscaled(text, precision, scale, |number: i256, figure| {
        number
            .checked_mul(ten)?
            .checked_add(i256::from_i128(i128::from(figure)))
    })
    .map(|(negative, number)| {
        if negative {
            number.wrapping_neg()
        } else {
            number
        }
    })
}

fn unscaled<N: Default>(
    text: &str,
    precision: u8,
    scale: i8,
    push: impl Fn(N, u8) -> Option<N>,
) -> Option<(bool, N)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let scale = usize::try_from(scale).ok()?;
    let kept = fraction.get(..scale.min(fraction.len()))?;
    let beyond = fraction.get(kept.len()..)?;
    if beyond.bytes().any(|figure| figure != b'0') {
        return None;
    }
    let padding = std::iter::repeat_n(b'0', scale - kept.len());
    let mut number = N::default();
    let mut significant = 0_u8;
    for figure in whole.bytes().chain(kept.bytes()).chain(padding) {
        let value = figure.checked_sub(b'0').filter(|value| *value < 10)?;
        significant += u8::from(significant > 0 || value > 0);
        if significant > precision {
            return None;
        }
        number = push(number, value)?;
    }
    Some((negative, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970_and_zero_dates_are_none() {
        assert_eq!(date("1970-01-01"), Some(0));
        assert_eq!(date("9999-12-31"), Some(2_932_896));
        for broken in ["0000-00-00", "2000-1-1", "2000-01-01x", "2001-02-29", ""] {
            assert_eq!(date(broken), None, "{broken}");
        }
        assert!(is_invalid_date("0000-00-00 00:00:00") && is_invalid_date("2001-02-29"));
        assert!(
            !is_invalid_date("2001-02-28 25:00:00")
                && !is_invalid_date("infinity")
                && !is_invalid_date("20010229xx")
        );
    }

    #[test]
    fn timestamps_keep_microseconds_and_refuse_to_round() {
        assert_eq!(timestamp("1970-01-01 00:00:00"), Some(0));
        assert_eq!(timestamp("1970-01-02T00:00:00.5"), Some(86_400_500_000));
        assert_eq!(timestamp("1969-12-31 23:59:59.999999"), Some(-1));
        assert_eq!(timestamp("1970-01-02"), Some(MICROS_PER_DAY));
        assert_eq!(timestamp("1970-01-01 00:00:00.1234560"), Some(123_456));
        for broken in [
            "1970-01-01 00:00:00.1234567",
            "1970-01-01 24:00:00",
            "1970-01-01 00:60:00",
            "1970-01-01 00:00:00Z",
        ] {
            assert_eq!(timestamp(broken), None, "{broken}");
        }
    }

    #[test]
    fn durations_go_beyond_a_day_both_ways() {
        assert_eq!(duration("838:59:59"), Some(3_020_399_000_000));
        assert_eq!(duration("-838:59:59.000000"), Some(-3_020_399_000_000));
        assert_eq!(duration("-00:00:00.000001"), Some(-1));
        assert_eq!(duration("12"), None);
        assert_eq!(time("24:00:00"), None);
    }

    #[test]
    fn decimals_are_exact_or_none() {
        assert_eq!(decimal128("-1.10", 3, 2), Some(-110));
        assert_eq!(decimal128("1.1", 10, 2), Some(110));
        assert_eq!(decimal128("1.100", 10, 2), Some(110));
        assert_eq!(decimal128("1.101", 10, 2), None);
        assert_eq!(decimal128("1000", 3, 0), None);
        assert_eq!(decimal128("0000.5", 1, 1), Some(5));
        assert_eq!(
            decimal128(&"9".repeat(38), 38, 0),
            Some(10_i128.pow(38) - 1)
        );
        for broken in ["", ".", "-", "NaN", "1e5", "1.2.3", "+1"] {
            assert_eq!(decimal128(broken, 38, 2), None, "{broken}");
        }
        let widest = format!("-{}.{}", "9".repeat(35), "9".repeat(30));
        let number = decimal256(&widest, 65, 30).map(|number| number.to_string());
        assert_eq!(number, Some(format!("-{}", "9".repeat(65))));
        assert_eq!(decimal256(&widest, 64, 30), None);
    }
}
