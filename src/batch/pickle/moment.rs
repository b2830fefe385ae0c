//! Dates and times as Python's `datetime` pickles them.
//!
//! `date`, `datetime` and `time` take their state as one bytes object, as `__reduce__` returns it: the year in two bytes, month,
//! day, hour, minute, second, and the microsecond in three bytes, all big-endian.

use super::super::calendar::{Civil, MICROS_PER_DAY, TimeOfDay, day_and_micros};
use super::opcode::{self, Class};

/// A value that Python can't represent.
pub(super) struct OutOfRange(pub &'static str);

/// Appends a `datetime.date`.
pub(super) fn date(days: i32, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    let state = date_state(days.into())?;
    instance(Class::Date, &state, out);
    Ok(())
}

/// Appends a naive `datetime.datetime`.
pub(super) fn datetime(micros: i64, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    let (days, of_day) = day_and_micros(micros);
    let [year_high, year_low, month, day] = date_state(days)?;
    let [hour, minute, second, high, middle, low] = time_state(of_day)?;
    let state = [
        year_high, year_low, month, day, hour, minute, second, high, middle, low,
    ];
    instance(Class::DateTime, &state, out);
    Ok(())
}

/// Appends a naive `datetime.time`.
pub(super) fn time(micros: i64, out: &mut Vec<u8>) -> Result<(), OutOfRange> {
    let micros = u64::try_from(micros).map_err(|_| NO_TIME)?;
    instance(Class::Time, &time_state(micros)?, out);
    Ok(())
}

/// Appends a `datetime.timedelta(days, seconds, microseconds)`, which can hold every `i64` of microseconds.
pub(super) fn timedelta(micros: i64, out: &mut Vec<u8>) {
    let of_day = micros.rem_euclid(MICROS_PER_DAY);
    opcode::call(Class::TimeDelta, out, |out| {
        opcode::int(micros.div_euclid(MICROS_PER_DAY), out);
        opcode::int(of_day / 1_000_000, out);
        opcode::int(of_day % 1_000_000, out);
        out.push(opcode::TUPLE3);
    });
}

fn instance(class: Class, state: &[u8], out: &mut Vec<u8>) {
    opcode::call(class, out, |out| {
        opcode::bytes(state, out);
        out.push(opcode::TUPLE1);
    });
}

fn date_state(days: i64) -> Result<[u8; 4], OutOfRange> {
    let civil = Civil::from_days(days);
    let year = u16::try_from(civil.year)
        .ok()
        .filter(|year| (1..=9999).contains(year));
    let [high, low] = year.ok_or(NO_YEAR)?.to_be_bytes();
    Ok([
        high,
        low,
        byte(civil.month).ok_or(NO_YEAR)?,
        byte(civil.day).ok_or(NO_YEAR)?,
    ])
}

fn time_state(micros: u64) -> Result<[u8; 6], OutOfRange> {
    let clock = TimeOfDay::from_micros(micros);
    let hour = byte(clock.hours).filter(|hour| *hour < 24).ok_or(NO_TIME)?;
    let minute = byte(clock.minutes).ok_or(NO_TIME)?;
    let second = byte(clock.seconds).ok_or(NO_TIME)?;
    let [.., high, middle, low] = clock.micros.to_be_bytes();
    Ok([hour, minute, second, high, middle, low])
}

fn byte(value: i64) -> Option<u8> {
    u8::try_from(value).ok()
}

const NO_YEAR: OutOfRange =
    OutOfRange("a year outside 1 to 9999, which Python's datetime doesn't support");
const NO_TIME: OutOfRange = OutOfRange(
    "a time outside 00:00:00 to 23:59:59.999999, which Python's datetime doesn't support",
);
