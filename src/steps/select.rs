//! Which units or shards a process takes: `a..b`, from the first to the last, both included and counted from 0.

use crate::{Error, ErrorKind, Result};
use std::str::FromStr;

/// A range of units or shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    first: u32,
    last: u32,
}

impl FromStr for Selection {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<u32>().ok();
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(
                "write the first and the last number, counted from 0: 0..12, or one number alone",
            ),
        }
    }
}

impl Selection {
    /// The chosen numbers below `count`; all of them without a choice. Fails if one is chosen that doesn't exist. `noun` is
    /// what they are, in the singular.
    pub fn of(chosen: Option<Self>, count: usize, noun: &str) -> Result<Vec<u32>> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Some(Self { first, last }) = chosen else {
            return Ok((0..count).collect());
        };
        if last >= count {
            let there = match count {
                0 => format!("leave out --{noun}s: the result is empty"),
                _ => format!("the {noun}s are 0..{}", count - 1),
            };
            let message = format!("--{noun}s {first}..{last}: there is no {noun} {last}");
            return Err(Error::new(ErrorKind::Usage, message).advise(there));
        }
        Ok((first..=last).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_has_its_first_and_its_last_number() {
        let of = |text: &str| Selection::of(text.parse().ok(), 5, "unit").unwrap();
        assert_eq!(of("1..3"), [1, 2, 3]);
        assert_eq!(of("4"), [4]);
        assert_eq!(Selection::of(None, 3, "unit").unwrap(), [0, 1, 2]);
        for wrong in ["", "a", "3..1", "-1..2", "1...3", "..", "1.."] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong:?}");
        }
        let beyond = Selection::of("2..5".parse().ok(), 5, "unit").unwrap_err();
        assert_eq!(beyond.advice(), Some("the units are 0..4"));
    }
}
