//! What the cells of a column can be.

use super::text::{write_day, write_integer, write_moment, write_parts};
use super::words::write_words;
use std::ops::Range;

/// The values of a column.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// Integers of this range.
    Integers(Range<i64>),
    /// Numbers with two decimal places, below this one.
    Hundredths(u64),
    /// Multiples of 1/64 below this number. Their decimal text is exact, so every database reads the same number.
    Doubles(u64),
    Dates,
    /// Dates and times, to the second.
    Seconds,
    /// Dates and times, to the microsecond.
    Microseconds,
    /// So many different texts, each with a number of characters in this range.
    Few(u64, Range<u64>),
    /// Texts of words, nearly all of them different, with a number of characters in this range.
    Many(Range<u64>),
}

impl Values {
    /// Appends the value that a random number of 54 bits chooses.
    pub(super) fn write(&self, roll: u64, days: &[String], text: &mut Vec<u8>) {
        match self {
            Self::Integers(range) => write_integer(roll, range, text),
            Self::Hundredths(below) => write_parts(roll % (below * 100), 100, 2, text),
            Self::Doubles(below) => write_parts(roll % (below * 64), 64, 6, text),
            Self::Dates => write_day(roll, days, text),
            Self::Seconds => write_moment(roll, days, text),
            Self::Microseconds => {
                write_moment(roll, days, text);
                text.push(b'.');
                write_integer(roll, &(100_000..1_000_000), text);
            }
            Self::Few(_, chars) | Self::Many(chars) => write_words(roll, chars, text),
        }
    }
}
