//! Values as text, for csv and ndjson.

use super::calendar::{Civil, TimeOfDay, day_and_micros};
use super::cell::CellValue;
use super::json;
use arrow::datatypes::i256;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use std::fmt::{Arguments, Debug};
use std::io::Write;

/// Appends the cell's plain text, without quotes; nothing for null.
///
/// A list is JSON. Apart from lists, only [`CellValue::Text`] can contain characters that csv or JSON must escape.
pub(super) fn put(cell: CellValue<'_>, out: &mut Vec<u8>) {
    match cell {
        CellValue::Null => {}
        CellValue::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        CellValue::Int(value) => put_args(format_args!("{value}"), out),
        CellValue::UInt(value) => put_args(format_args!("{value}"), out),
        CellValue::Float32(value) => put_float(value, out),
        CellValue::Float64(value) => put_float(value, out),
        CellValue::Decimal128(value, scale) => put_decimal128(value, scale, out),
        CellValue::Decimal256(value, scale) => put_decimal256(value, scale, out),
        CellValue::Text(value) => out.extend_from_slice(value.as_bytes()),
        CellValue::Bytes(value) => put_args(
            format_args!("{}", Base64Display::new(value, &STANDARD)),
            out,
        ),
        CellValue::Date(days) => put_date(days.into(), out),
        CellValue::Timestamp(micros) => put_timestamp(micros, out),
        CellValue::TimestampUtc(micros) => {
            put_timestamp(micros, out);
            out.push(b'Z');
        }
        CellValue::Time(micros) | CellValue::Duration(micros) => put_span(micros, out),
        CellValue::List(_) => json::put(cell, out),
    }
}

/// Appends formatted text. Writing into a `Vec` never fails.
fn put_args(text: Arguments<'_>, out: &mut Vec<u8>) {
    out.write_fmt(text).unwrap_or_default();
}

/// Appends the shortest digits that parse as the same float, or `NaN`, `inf` or `-inf`.
fn put_float(value: impl Debug, out: &mut Vec<u8>) {
    put_args(format_args!("{value:?}"), out);
}

/// Appends plain digits with exactly `scale` decimal places. A negative scale adds zeros to the integer.
pub(super) fn put_decimal128(value: i128, scale: i8, out: &mut Vec<u8>) {
    let start = put_sign(value < 0, out);
    put_args(format_args!("{}", value.unsigned_abs()), out);
    put_point(start, scale, out);
}

/// Does the same as [`put_decimal128`].
pub(super) fn put_decimal256(value: i256, scale: i8, out: &mut Vec<u8>) {
    if let Some(value) = value.to_i128() {
        return put_decimal128(value, scale, out);
    }
    let digits = value.to_string();
    let start = put_sign(digits.starts_with('-'), out);
    out.extend_from_slice(digits.trim_start_matches('-').as_bytes());
    put_point(start, scale, out);
}

/// Appends the sign and returns where the digits begin.
fn put_sign(negative: bool, out: &mut Vec<u8>) -> usize {
    if negative {
        out.push(b'-');
    }
    out.len()
}

/// Inserts the decimal point into the digits that begin at `start`.
fn put_point(start: usize, scale: i8, out: &mut Vec<u8>) {
    let decimals = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        let zeros = if out.get(start..) == Some(b"0") {
            0
        } else {
            decimals
        };
        out.resize(out.len() + zeros, b'0');
        return;
    }
    let digits = out.len() - start;
    let missing = (decimals + 1).saturating_sub(digits);
    out.splice(start..start, std::iter::repeat_n(b'0', missing));
    out.insert(out.len() - decimals, b'.');
}

/// Appends a date in ISO 8601: four digits for the years 0 to 9999, otherwise a sign and at least four (the expanded form).
fn put_date(days: i64, out: &mut Vec<u8>) {
    let Civil { year, month, day } = Civil::from_days(days);
    if year < 0 {
        out.push(b'-');
    } else if year > 9999 {
        out.push(b'+');
    }
    put_digits(year, 4, out);
    out.push(b'-');
    put_digits(month, 2, out);
    out.push(b'-');
    put_digits(day, 2, out);
}

fn put_timestamp(micros: i64, out: &mut Vec<u8>) {
    let (days, of_day) = day_and_micros(micros);
    put_date(days, out);
    out.push(b'T');
    put_clock(of_day, out);
}

fn put_span(micros: i64, out: &mut Vec<u8>) {
    put_sign(micros < 0, out);
    put_clock(micros.unsigned_abs(), out);
}

/// Appends `HH:MM:SS`, and `.ffffff` if that is not zero. The hours have more digits if they need them.
fn put_clock(micros: u64, out: &mut Vec<u8>) {
    let clock = TimeOfDay::from_micros(micros);
    put_digits(clock.hours, 2, out);
    out.push(b':');
    put_digits(clock.minutes, 2, out);
    out.push(b':');
    put_digits(clock.seconds, 2, out);
    if clock.micros != 0 {
        out.push(b'.');
        put_digits(clock.micros, 6, out);
    }
}

/// Appends the digits of the absolute value, zero-padded to `width`.
fn put_digits(value: i64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = value.unsigned_abs();
    while rest > 0 || out.len() - start < width {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    out.get_mut(start..).unwrap_or_default().reverse();
}

#[cfg(test)]
mod tests;
