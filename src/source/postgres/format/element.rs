//! Elements of an array literal: values as PostgreSQL writes them as text.
//!
//! The session's settings make these ISO dates in UTC, `\x…` for bytes, and floating-point numbers that round-trip.

use super::infinite::{finite_days, finite_micros};
use super::is_moment;
use crate::destination::{Decoder, Fit, Misfit, days};
use crate::source::parse;
use crate::source::text::{self, as_text, exact};
use arrow::datatypes::DataType;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// The decoder of an array's elements.
pub(super) fn decoder(data_type: &DataType) -> Decoder {
    match data_type {
        DataType::Boolean => Decoder::truth(truth),
        DataType::Binary => Decoder::Written(write_bytes),
        DataType::Date32 => Decoder::days(|written| {
            let date = dated(written, date)?;
            finite_days(days(date))
        }),
        DataType::Timestamp(_, None) if is_moment(data_type) => {
            Decoder::micros(|written| micros(dated(written, moment)?))
        }
        DataType::Timestamp(_, Some(_)) if is_moment(data_type) => {
            Decoder::micros(|written| micros(dated(written, instant)?))
        }
        _ => text::decoder(data_type),
    }
}

/// `t` or `f`.
fn truth(written: &[u8]) -> Fit<bool> {
    match written {
        b"t" => Ok(true),
        b"f" => Ok(false),
        _ => Err(Misfit::Inexact),
    }
}

fn dated<T>(written: &[u8], parse: fn(&str) -> Option<T>) -> Fit<T> {
    match written {
        b"infinity" | b"-infinity" => Err(Misfit::NoDate),
        written => exact(parse(as_text(written)?)),
    }
}

fn micros(moment: NaiveDateTime) -> Fit<i64> {
    finite_micros(moment.and_utc().timestamp_micros())
}

fn write_bytes(written: &[u8], to: &mut Vec<u8>) -> Fit<()> {
    to.extend(exact(bytes(written))?);
    Ok(())
}

/// `\x00ff`.
fn bytes(written: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = written.strip_prefix(b"\\x")?.as_chunks();
    let byte = |[high, low]: &[u8; 2]| Some(nibble(*high)? << 4 | nibble(*low)?);
    let bytes = pairs.iter().map(byte).collect::<Option<_>>();
    bytes.filter(|_| rest.is_empty())
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// `2000-12-31`, followed by ` BC` before the year 1.
fn date(text: &str) -> Option<NaiveDate> {
    let (text, before_christ) = era(text);
    civil(text, before_christ)
}

fn era(text: &str) -> (&str, bool) {
    match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    }
}

fn civil(text: &str, before_christ: bool) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() < 4 || month.len() != 2 || day.len() != 2 || parts.next().is_some() {
        return None;
    }
    let year = i32::try_from(number(year)?).ok()?;
    let year = if before_christ { 1 - year } else { year };
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
}

fn number(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// `2000-12-31 23:59:59.123456`, followed by ` BC` before the year 1.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let (text, before_christ) = era(text);
    let (day, clock) = text.split_once(' ')?;
    let micros = parse::time(clock)?;
    let secs = u32::try_from(micros / 1_000_000).ok()?;
    let nanos = u32::try_from(micros % 1_000_000 * 1000).ok()?;
    let clock = NaiveTime::from_num_seconds_from_midnight_opt(secs, nanos)?;
    Some(civil(day, before_christ)?.and_time(clock))
}

/// Like [`moment`], followed by the offset of UTC, the session's time zone.
fn instant(text: &str) -> Option<NaiveDateTime> {
    match text.strip_suffix("+00 BC") {
        Some(text) => moment(&format!("{text} BC")),
        None => moment(text.strip_suffix("+00")?),
    }
}
