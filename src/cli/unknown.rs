//! Suggestions for an unknown flag, command or value.
//!
//! Clap suggests only very similar names (`--kye` is not, to Clap). Otherwise it explains how to pass the word as a job file.

use crate::nearest::{is_slip_of, nearest};
use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// Adds a suggestion to the error. `args` are the arguments without the program's name.
pub(super) fn suggest(error: &mut Error, cli: &Command, args: &[String]) {
    match error.kind() {
        ErrorKind::UnknownArgument => suggest_flag(error, cli, args),
        ErrorKind::InvalidSubcommand => suggest_command(error, cli),
        ErrorKind::InvalidValue => suggest_value(error),
        _ => {}
    }
}

fn suggest_flag(error: &mut Error, cli: &Command, args: &[String]) {
    let Some(invalid) = text_of(error, ContextKind::InvalidArg) else {
        return;
    };
    if !invalid.starts_with('-') {
        return; // a second job file
    }
    error.remove(ContextKind::Suggested); // how to pass the word as a job file
    let flag = flag_as_written(&invalid, args).and_then(|word| meant_flag(&word, cli, args));
    if let Some(flag) = flag {
        error.insert(ContextKind::SuggestedArg, ContextValue::String(flag));
    }
}

/// The flag without its dashes. For `-key` the error only has `-k`. A negative number is not a flag.
fn flag_as_written(invalid: &str, args: &[String]) -> Option<String> {
    if let Some(long) = invalid.strip_prefix("--") {
        return Some(long.to_owned());
    }
    let letter = invalid.strip_prefix('-')?;
    let bundle = args
        .iter()
        .find(|arg| arg.starts_with('-') && !arg.starts_with("--") && arg.contains(letter));
    let written = bundle.map_or(letter, |bundle| bundle.trim_start_matches('-'));
    let name = written.split('=').next().unwrap_or_default();
    name.starts_with(char::is_alphabetic)
        .then(|| name.to_owned())
}

/// The nearest flag of the command that the arguments name. A flag of another command is suggested only for a simple
/// misspelling.
fn meant_flag(word: &str, cli: &Command, args: &[String]) -> Option<String> {
    let named = args.iter().find_map(|arg| cli.find_subcommand(arg));
    let is_within = args
        .first()
        .is_some_and(|arg| cli.find_subcommand(arg).is_some());
    let command = named.or_else(|| cli.find_subcommand("run"))?;
    let own = if is_within { command } else { cli };
    let elsewhere = cli.get_subcommands().flat_map(flags);
    let known = flags(own)
        .chain(flags(command))
        .chain(elsewhere.filter(|flag| is_slip_of(word, flag)));
    let meant = nearest(word, known)?;
    let mut commands = [own, command].into_iter().chain(cli.get_subcommands());
    let owner = commands.find(|command| flags(command).any(|flag| flag == meant))?;
    Some(if std::ptr::eq(owner, own) {
        format!("--{meant}")
    } else {
        format!("{} --{meant}", owner.get_name())
    })
}

fn flags(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(|arg| arg.get_long())
}

/// Suggests a command, and lists all of them: there are only a few.
fn suggest_command(error: &mut Error, cli: &Command) {
    let names: Vec<&str> = cli.get_subcommands().map(Command::get_name).collect();
    let word = text_of(error, ContextKind::InvalidSubcommand).unwrap_or_default();
    let meant = nearest(&word, names.iter().copied()).filter(|name| is_slip_of(&word, name));
    if let Some(meant) = meant {
        let meant = ContextValue::Strings(vec![meant.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    let all = format!("the commands are {}", names.join(", "));
    error.insert(
        ContextKind::Suggested,
        ContextValue::StyledStrs(vec![all.into()]),
    );
}

/// Suggests a value. The error lists the possible values anyway.
fn suggest_value(error: &mut Error) {
    let Some(ContextValue::Strings(possible)) = error.get(ContextKind::ValidValue) else {
        return;
    };
    let word = text_of(error, ContextKind::InvalidValue).unwrap_or_default();
    let meant = nearest(&word, possible.iter().map(String::as_str));
    let meant = meant
        .filter(|value| is_slip_of(&word, value))
        .map(str::to_owned);
    if let Some(meant) = meant {
        error.insert(ContextKind::SuggestedValue, ContextValue::String(meant));
    }
}

fn text_of(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}
