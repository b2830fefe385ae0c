//! Numbers, dates and times as text that every database reads.

use std::fmt::Arguments;
use std::io::Write;
use std::ops::Range;

const DAY_SECS: u64 = 24 * 60 * 60;

/// Appends one of the integers of a range.
pub(super) fn write_integer(roll: u64, range: &Range<i64>, text: &mut Vec<u8>) {
    let count = range.end.abs_diff(range.start).max(1);
    let number = range.start.saturating_add_unsigned(roll % count);
    append(text, format_args!("{number}"));
}

/// Appends `number` / `parts` with so many decimal places, which must be enough to be exact.
pub(super) fn write_parts(number: u64, parts: u64, places: u32, text: &mut Vec<u8>) {
    let fraction = (number % parts) * 10_u64.pow(places) / parts;
    let width = usize::try_from(places).unwrap_or_default();
    append(text, format_args!("{}.{fraction:0width$}", number / parts));
}

/// Appends one of the days.
pub(super) fn write_day(roll: u64, days: &[String], text: &mut Vec<u8>) {
    let day = usize::try_from(roll).unwrap_or_default() % days.len().max(1);
    text.extend_from_slice(days.get(day).map_or(b"", String::as_bytes));
}

/// Appends one of the days and a time.
pub(super) fn write_moment(roll: u64, days: &[String], text: &mut Vec<u8>) {
    write_day(roll, days, text);
    let secs = (roll >> 20) % DAY_SECS; // the lowest bits have chosen the day
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    append(text, format_args!(" {hour:02}:{minute:02}:{second:02}"));
}

fn append(text: &mut Vec<u8>, written: Arguments<'_>) {
    // Writing into memory can't fail.
    let _ = text.write_fmt(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).expect("ASCII")
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(
            written(|text| write_integer(1999, &(-1000..1000), text)),
            "999"
        );
        assert_eq!(
            written(|text| write_integer(0, &(-1000..1000), text)),
            "-1000"
        );
        assert_eq!(written(|text| write_parts(1205, 100, 2, text)), "12.05");
        assert_eq!(written(|text| write_parts(129, 64, 6, text)), "2.015625");
    }

    #[test]
    fn a_moment_is_a_day_and_a_time() {
        let days = ["2001-02-03".to_owned()];
        let secs = (17 * 60 + 2) * 60 + 3;
        let moment = written(|text| write_moment(secs << 20, &days, text));
        assert_eq!(moment, "2001-02-03 17:02:03");
    }
}
