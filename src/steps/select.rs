//! Which units or shards a process takes: `0..5,9`, each range from its first to its last number, counted from 0.

use crate::{Error, ErrorKind, Result};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Ranges of units or shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection(Vec<RangeInclusive<u32>>);

impl FromStr for Selection {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        ranges.map(Self).ok_or(
            "write the first and the last number, counted from 0: 0..12; or one number, or several with commas: 0,2..3",
        )
    }
}

fn range(text: &str) -> Option<RangeInclusive<u32>> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(first..=last)
}

impl Selection {
    /// The chosen numbers below `count`, ascending; all of them without a choice. Fails if one is chosen that doesn't exist. `noun`
    /// is what they are, in the singular.
    pub fn of(chosen: Option<Self>, count: usize, noun: &str) -> Result<Vec<u32>> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Some(Self(ranges)) = chosen else {
            return Ok((0..count).collect());
        };
        let beyond = ranges.iter().map(RangeInclusive::end).max();
        if let Some(last) = beyond.filter(|last| **last >= count) {
            let there = match count {
                0 => format!("leave out --{noun}s: the result is empty"),
                _ => format!("the {noun}s are 0..{}", count - 1),
            };
            let message = format!("--{noun}s: there is no {noun} {last}");
            return Err(Error::new(ErrorKind::Usage, message).advise(there));
        }
        let numbers: BTreeSet<u32> = ranges.into_iter().flatten().collect();
        Ok(numbers.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_has_the_first_and_the_last_number_of_each_range() {
        let of = |text: &str| Selection::of(text.parse().ok(), 5, "unit").unwrap();
        assert_eq!(of("1..3"), [1, 2, 3]);
        assert_eq!(of("4"), [4]);
        assert_eq!(of("3..4,0,3"), [0, 3, 4]);
        assert_eq!(Selection::of(None, 3, "unit").unwrap(), [0, 1, 2]);
        for wrong in ["", "a", "3..1", "-1..2", "1...3", "..", "1..", "1,,2"] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong:?}");
        }
        let beyond = Selection::of("2..5".parse().ok(), 5, "unit").unwrap_err();
        assert_eq!(beyond.advice(), Some("the units are 0..4"));
    }
}
