//! Dates and timestamps in the spellings that programs write into SQLite, read exactly or not at all.
//!
//! SQLite has no type for them, so each program's library decides. A date is `2024-05-06`. It can be followed by a space or
//! `T` and a time: `07:08`, `07:08:09` or `07:08:09.123456` with any number of digits. A time zone can follow, with or
//! without a space before it: `Z`, `UTC`, `GMT`, or an offset `+02`, `+0200`, `+02:00` or `+02:00:00`. After an offset, Go
//! also writes the zone's name.

use crate::destination::{Fit, Misfit, days};
use crate::source::parse::{self, MICROS_PER_DAY, MICROS_PER_SECOND};
use chrono::NaiveDate;

/// A spelling, split into its parts.
struct Spelled {
    /// Days since 1970, or `None` if the day doesn't exist.
    day: Option<i32>,
    /// Microseconds since midnight, or [`Misfit::TooFine`] if that would round.
    clock: Fit<i64>,
    /// Seconds that the zone is ahead of UTC, if one is given.
    zone: Option<i64>,
}

/// Reads days since 1970. A time can follow the date if it is midnight and has no zone.
pub(super) fn date(text: &[u8]) -> Fit<i32> {
    let Spelled { day, clock, zone } = read(text)?;
    let day = day.ok_or(Misfit::NoDate)?;
    match (clock, zone) {
        (_, Some(_)) => Err(Misfit::Zoned),
        (Ok(0), None) => Ok(day),
        _ => Err(Misfit::NotMidnight),
    }
}

/// Reads microseconds since 1970, in the zone that is not given.
pub(super) fn moment(text: &[u8]) -> Fit<i64> {
    let Spelled { day, clock, zone } = read(text)?;
    let day = day.ok_or(Misfit::NoDate)?;
    match zone {
        None => Ok(i64::from(day) * MICROS_PER_DAY + clock?),
        Some(_) => Err(Misfit::Zoned),
    }
}

/// Reads microseconds since 1970 in UTC.
pub(super) fn instant(text: &[u8]) -> Fit<i64> {
    let Spelled { day, clock, zone } = read(text)?;
    let day = day.ok_or(Misfit::NoDate)?;
    let zone = zone.ok_or(Misfit::Zoneless)?;
    Ok(i64::from(day) * MICROS_PER_DAY + clock? - zone * MICROS_PER_SECOND)
}

fn read(text: &[u8]) -> Fit<Spelled> {
    spelled(text).ok_or(Misfit::OtherSpelling)
}

fn spelled(text: &[u8]) -> Option<Spelled> {
    let (year, rest) = parse::digits(text, 4)?;
    let (month, rest) = parse::digits(parse::expect(rest, b'-')?, 2)?;
    let (day, rest) = parse::digits(parse::expect(rest, b'-')?, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    let (clock, rest) = match rest {
        [b' ' | b'T' | b't', rest @ ..] => clock(rest)?,
        rest => (Ok(0), rest),
    };
    Some(Spelled {
        day: date.map(days),
        clock,
        zone: zone(rest)?,
    })
}

/// Reads the time of day, and returns what follows it.
fn clock(text: &[u8]) -> Option<(Fit<i64>, &[u8])> {
    let (hours, rest) = parse::digits(text, 2)?;
    let (minutes, rest) = parse::digits(parse::expect(rest, b':')?, 2)?;
    let (seconds, rest) = match rest {
        [b':', rest @ ..] => parse::digits(rest, 2)?,
        rest => (0, rest),
    };
    let is_point = |byte: &u8| *byte == b'.';
    let figures = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit());
    let length = rest
        .first()
        .filter(|first| is_point(first))
        .map_or(0, |_| 1 + figures.count());
    let (fraction, rest) = rest.split_at_checked(length)?;
    if hours > 23 || minutes > 59 || seconds > 59 || length == 1 {
        return None;
    }
    let whole = (i64::from(hours) * 60 + i64::from(minutes)) * 60 + i64::from(seconds);
    // A point and digits can be wrong only by having too many digits.
    let micros = parse::fraction(fraction).ok_or(Misfit::TooFine);
    Some((
        micros.map(|micros| whole * MICROS_PER_SECOND + micros),
        rest,
    ))
}

/// Reads seconds ahead of UTC. The inner `None` means that no zone is given.
#[expect(
    clippy::option_option,
    reason = "a spelling without a zone is valid too"
)]
fn zone(text: &[u8]) -> Option<Option<i64>> {
    if text.is_empty() {
        return Some(None);
    }
    let text = text.strip_prefix(b" ").unwrap_or(text);
    match text {
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(Some(0)),
        [b'+', rest @ ..] => offset(rest).map(Some),
        [b'-', rest @ ..] => offset(rest).map(|secs| Some(-secs)),
        _ => None,
    }
}

/// Reads `02`, `0200`, `02:00` or `02:00:00`, with an optional name after it.
fn offset(text: &[u8]) -> Option<i64> {
    let (hours, rest) = parse::digits(text, 2)?;
    let (minutes, rest) = part(rest)?;
    let (seconds, rest) = part(rest)?;
    if hours > 23 || minutes > 59 || seconds > 59 || !(rest.is_empty() || is_name(rest)) {
        return None;
    }
    Some((i64::from(hours) * 60 + i64::from(minutes)) * 60 + i64::from(seconds))
}

/// Reads the next two digits of an offset, with or without a colon. 0 at its end.
fn part(text: &[u8]) -> Option<(u32, &[u8])> {
    match text {
        [] | [b' ', ..] => Some((0, text)),
        [b':', rest @ ..] => parse::digits(rest, 2),
        text => parse::digits(text, 2),
    }
}

/// Returns whether a text is a zone's name as Go's `time.Time.String` writes it: ` CEST`, ` UTC`, or ` +03` for a zone
/// without letters. It adds nothing to the offset.
fn is_name(text: &[u8]) -> bool {
    let name = text.strip_prefix(b" ").unwrap_or_default();
    let is_word = name.iter().all(u8::is_ascii_uppercase);
    let is_number = |name: &[u8]| name.iter().all(u8::is_ascii_digit);
    let is_offset = matches!(name, [b'+' | b'-', digits @ ..] if is_number(digits));
    (2..=5).contains(&name.len()) && (is_word || is_offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-05-06 07:08:09 in UTC.
    const MOMENT: i64 = 1_714_979_289_000_000;
    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn what_programs_write_is_read_exactly() {
        for (program, text, micros) in [
            (
                "Rails, Django, SQLAlchemy",
                "2024-05-06 07:08:09.123456",
                123_456,
            ),
            ("PHP, CURRENT_TIMESTAMP", "2024-05-06 07:08:09", 0),
            ("Java's LocalDateTime", "2024-05-06T07:08:09.1", 100_000),
            (".NET", "2024-05-06 07:08:09.1234560", 123_456),
        ] {
            assert_eq!(moment(text.as_bytes()), Ok(MOMENT + micros), "{program}");
            assert_eq!(instant(text.as_bytes()), Err(Misfit::Zoneless), "{program}");
        }
        for (program, text, micros) in [
            ("JavaScript", "2024-05-06T07:08:09.123Z", 123_000),
            ("Python", "2024-05-06 07:08:09.000001+00:00", 1),
            (
                "Python, before standard time",
                "2024-05-06 08:01:41+00:53:32",
                0,
            ),
            ("Go, mattn", "2024-05-06 09:08:09.5+02:00", 500_000),
            ("Go, modernc", "2024-05-06 09:08:09 +0200 CEST", 0),
            ("Go, modernc", "2024-05-06 04:08:09 -0300 -03", 0),
            ("Go, modernc", "2024-05-06 07:08:09.25 +0000 UTC", 250_000),
            ("Sequelize", "2024-05-06 07:08:09.123 +00:00", 123_000),
            (
                "Java's OffsetDateTime",
                "2024-05-06T08:08:09.123456+01:00",
                123_456,
            ),
            ("Ruby", "2024-05-06 07:08:09 UTC", 0),
            ("PostgreSQL's dumps", "2024-05-06 01:38:09-05:30", 0),
            ("PostgreSQL's dumps", "2024-05-06 09:08:09+02", 0),
        ] {
            assert_eq!(instant(text.as_bytes()), Ok(MOMENT + micros), "{program}");
            assert_eq!(moment(text.as_bytes()), Err(Misfit::Zoned), "{program}");
        }
        assert_eq!(moment(b"2024-05-06T07:08"), Ok(MOMENT - 9_000_000));
        assert_eq!(moment(b"2024-05-06"), Ok(MOMENT / (24 * HOUR) * 24 * HOUR));
    }

    #[test]
    fn a_date_can_be_followed_by_midnight() {
        for midnight in [
            "2024-05-06",
            "2024-05-06 00:00:00",
            "2024-05-06T00:00",
            "2024-05-06 00:00:00.000000",
        ] {
            assert_eq!(date(midnight.as_bytes()), Ok(19_849), "{midnight}");
        }
        assert_eq!(date(b"2024-05-06 00:00:01"), Err(Misfit::NotMidnight));
        assert_eq!(
            date(b"2024-05-06 00:00:00.0000001"),
            Err(Misfit::NotMidnight)
        );
        assert_eq!(date(b"2024-05-06 00:00:00+00:00"), Err(Misfit::Zoned));
    }

    #[test]
    fn dates_that_do_not_exist_are_distinguished_from_other_spellings() {
        for none in [
            "0000-00-00",
            "2024-02-30",
            "2024-13-01 00:00:00",
            "2024-00-10T01:02:03.5Z",
        ] {
            for read in [
                date(none.as_bytes()).map(i64::from),
                moment(none.as_bytes()),
                instant(none.as_bytes()),
            ] {
                assert_eq!(read, Err(Misfit::NoDate), "{none}");
            }
        }
        for other in [
            "",
            "soon",
            "infinity",
            "31.12.2024",
            "2024-5-6",
            "20240506",
            "2024-05-06 25:00:00",
            "2024-05-06 07:08:60",
            "2024-05-06 07:08:09.",
            "2024-05-06 07:08:09 CEST",
            "2024-05-06 07:08:09 +02:00[Europe/Berlin]",
            "2024-05-06 07:08:09 +0000 UTC m=+0.01",
            "2024-05-06  07:08:09",
            "2024-05-06 07:08:09 ",
            "1714979289123",
            "2024-05-06 07:08:09+2",
            "2024-05-06 07:08:09+02:",
            "2024-05-06 07:08:09+02 ",
            "2024-05-06 07:08:09+99:00",
        ] {
            assert_eq!(
                moment(other.as_bytes()),
                Err(Misfit::OtherSpelling),
                "{other}"
            );
        }
        assert_eq!(
            moment(b"2024-05-06 07:08:09.123456789"),
            Err(Misfit::TooFine)
        );
        assert_eq!(
            instant(b"2024-05-06T07:08:09.123456789Z"),
            Err(Misfit::TooFine)
        );
        assert_eq!(
            instant(b"2024-05-06 07:08:09.123456789"),
            Err(Misfit::Zoneless)
        );
    }
}
