//! The names of a job's options, and their possible values, as the flags have them.

use super::JobOptions;
use crate::nearest::{is_slip_of, nearest};
use clap::Args;
use clap::builder::PossibleValue;

/// The names of the flags, so that flags and keys can't drift apart, and `table`, the one key that is not a flag.
pub(super) fn known_keys() -> Vec<String> {
    let flags = flags();
    let names = flags.get_arguments().filter_map(|arg| arg.get_long());
    names.map(as_key).chain(["table".to_owned()]).collect()
}

fn flags() -> clap::Command {
    JobOptions::augment_args(clap::Command::new("job"))
}

fn as_key(flag: &str) -> String {
    flag.replace('-', "_")
}

/// Whether a key is a plain word. Any other might be a value in the wrong place, such as a URL with a password.
pub(super) fn is_plain(key: &str) -> bool {
    key.chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

/// The possible value that the given one is a misspelling of. It can be shown, since it is not the user's text.
pub(super) fn meant_word(key: &str, value: &str) -> Option<String> {
    let flags = flags();
    let mut arguments = flags.get_arguments();
    let flag = arguments.find(|arg| arg.get_long().is_some_and(|flag| as_key(flag) == key))?;
    let possible = flag.get_possible_values();
    let value = value.trim_matches(['"', '\'']);
    let word = nearest(value, possible.iter().map(PossibleValue::get_name))?;
    is_slip_of(value, word).then(|| word.to_owned())
}
