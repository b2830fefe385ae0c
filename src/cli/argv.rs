//! The argument list, and the passwords in it, which every user of the machine can read.

use crate::secret::{Secret, passwords_of};
use std::ffi::OsString;

/// The passwords of all URLs among the arguments, so that no report quotes them.
pub(super) fn passwords(args: &[OsString]) -> Vec<Secret> {
    arguments(args).flat_map(passwords_of).collect()
}

/// A warning if the source was given as an argument and contains a password.
pub(super) fn warning(args: &[OsString], source: Option<&str>) -> Option<String> {
    let source = source?;
    let is_shown = arguments(args).any(|arg| arg.ends_with(source));
    (is_shown && !passwords_of(source).is_empty()).then(|| {
        "every user of this machine can see the password in --source in the process list: use FIRSTSEEN_PASSWORD or \
         --password-file for the password, or FIRSTSEEN_SOURCE for the URL"
            .to_owned()
    })
}

/// A URL is text, so no password is missed.
fn arguments(args: &[OsString]) -> impl Iterator<Item = &str> {
    args.iter().filter_map(|arg| arg.to_str())
}
