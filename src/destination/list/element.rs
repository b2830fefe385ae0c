//! Elements of an array literal: values as PostgreSQL writes them in text.
//!
//! The session's settings make that ISO dates in UTC, `\x…` for bytes and floating-point numbers that read back.

use super::super::carrier::Carried;
use super::super::column::Column;
use super::super::convert::Misfit;
use super::super::parse;
use arrow::datatypes::DataType;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// Puts an element behind the others, or says why it doesn't fit.
pub(super) fn push_written(elements: &mut Column, written: &[u8]) -> Result<(), Misfit> {
    let text = || std::str::from_utf8(written).ok();
    match elements.data_type() {
        DataType::Binary => elements.push(Carried::Bytes(&exact(bytes(written))?)),
        DataType::Date32 | DataType::Timestamp(..)
            if matches!(written, b"infinity" | b"-infinity") =>
        {
            Err(Misfit::NoDate)
        }
        DataType::Date32 => elements.push(Carried::Date(exact(text().and_then(date))?)),
        DataType::Timestamp(_, None) => {
            elements.push(Carried::DateTime(exact(text().and_then(moment))?))
        }
        DataType::Timestamp(_, Some(_)) => {
            let moment = text().and_then(instant);
            elements.push(Carried::Instant(exact(moment)?.and_utc()))
        }
        _ => elements.push(Carried::Written(written)),
    }
}

fn exact<T>(value: Option<T>) -> Result<T, Misfit> {
    value.ok_or(Misfit::Inexact)
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

/// `2000-12-31`, and with ` BC` behind it before the year 1.
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

/// `2000-12-31 23:59:59.123456`, and with ` BC` behind it before the year 1.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let (text, before_christ) = era(text);
    let (day, clock) = text.split_once(' ')?;
    let micros = parse::time(clock)?;
    let secs = u32::try_from(micros / 1_000_000).ok()?;
    let nanos = u32::try_from(micros % 1_000_000 * 1000).ok()?;
    let clock = NaiveTime::from_num_seconds_from_midnight_opt(secs, nanos)?;
    Some(civil(day, before_christ)?.and_time(clock))
}

/// As [`moment`], with the offset of UTC: the session's zone.
fn instant(text: &str) -> Option<NaiveDateTime> {
    match text.strip_suffix("+00 BC") {
        Some(text) => moment(&format!("{text} BC")),
        None => moment(text.strip_suffix("+00")?),
    }
}
