//! Numbers as people read them.

use std::time::Duration;

/// Formats `1234567` as `1,234,567`.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats `count` with its noun: `1 row`, `2 rows`.
pub(crate) fn counted(count: impl Into<u128>, noun: &str) -> String {
    let count = count.into();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Whole units per second; 0 if no time has passed.
pub(super) fn per_second(count: u64, elapsed: Duration) -> u128 {
    u128::from(count)
        .saturating_mul(1_000_000)
        .checked_div(elapsed.as_micros())
        .unwrap_or(0)
}

/// Formats bytes in the largest decimal unit of which there is at least 1: `812.3 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut scale = 1_000_u64;
    let mut shown = format!("{bytes} B");
    for unit in UNITS {
        if bytes < scale {
            break;
        }
        let tenths = bytes / (scale / 10);
        shown = format!("{}.{} {unit}", grouped(tenths / 10), tenths % 10);
        scale = scale.saturating_mul(1_000);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        let shown = [0_u64, 999, 1_000, 15_096_590].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "15,096,590"]);
    }

    #[test]
    fn bytes_take_the_largest_unit_that_fits() {
        let shown = [0, 999, 1_000, 812_345_344, 2_000_000_000].map(bytes);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "812.3 MB", "2.0 GB"]);
    }

    #[test]
    fn a_rate_over_no_time_is_zero() {
        assert_eq!(per_second(5, Duration::ZERO), 0);
        assert_eq!(per_second(5, Duration::from_millis(500)), 10);
    }
}
