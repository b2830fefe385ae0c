//! Usage errors, and numbers that must be in a range.

use crate::{Error, ErrorKind, Result};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

pub(super) fn usage(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Usage, message)
}

pub(super) fn missing(what: &str, flag: &str) -> Error {
    usage(format!("the job has no {what}"))
        .advise(format!("give {flag}, or {what} = … in the job file"))
}

/// Checks that the number of a flag, if given, is in a range that its type can hold.
pub(super) fn in_range<T: TryFrom<u64>>(
    flag: &str,
    number: Option<u64>,
    range: RangeInclusive<u64>,
) -> Result<Option<T>> {
    let Some(given) = number else {
        return Ok(None);
    };
    let checked = Some(given).filter(|number| range.contains(number));
    let checked = checked.and_then(|number| T::try_from(number).ok());
    let (least, most) = range.into_inner();
    let refused = || {
        usage(format!("--{flag} {given} is out of range"))
            .advise(format!("give a number from {least} to {most}"))
    };
    checked.map(Some).ok_or_else(refused)
}

pub(super) fn count(flag: &str, count: Option<u64>, most: u64) -> Result<Option<NonZeroUsize>> {
    Ok(in_range(flag, count, 1..=most)?.and_then(NonZeroUsize::new))
}
