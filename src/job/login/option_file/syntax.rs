//! A line of an option file, as `my_default.c` of MySQL and MariaDB reads it.

/// The content of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Nothing, or a comment.
    Empty,
    /// `[NAME]`.
    Group(&'a str),
    /// `NAME`, or `NAME=VALUE`. The name has hyphens for underscores, and no `loose-`.
    Option { name: String, value: Option<String> },
}

/// Reads a line. The error never quotes it, since it might contain a password.
pub(super) fn line(text: &str) -> Result<Line<'_>, &'static str> {
    let text = text.trim_matches(is_space);
    match text.chars().next() {
        None | Some('#' | ';') => Ok(Line::Empty),
        Some('!') => Err("!include and !includedir are not supported"),
        Some('[') => group(text),
        Some(_) => Ok(option(without_comment(text))),
    }
}

fn group(text: &str) -> Result<Line<'_>, &'static str> {
    let name = text.trim_start_matches('[').split_once(']');
    let (name, _) = name.ok_or("a group has no closing ]")?;
    Ok(Line::Group(name.trim_matches(is_space)))
}

fn option(text: &str) -> Line<'_> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(unquoted(value.trim_matches(is_space)))),
        None => (text, None),
    };
    let name = name.trim_end_matches(is_space).replace('_', "-");
    let name = name.strip_prefix("loose-").unwrap_or(&name).to_owned();
    Line::Option { name, value }
}

/// The text before a `#` outside quotes. A backslash escapes a quote only within quotes.
fn without_comment(text: &str) -> &str {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        if matches!(letter, '\'' | '"') && !is_escaped {
            quote = match quote {
                None => Some(letter),
                Some(open) if open == letter => None,
                open => open,
            };
        }
        if quote.is_none() && letter == '#' {
            return text.get(..at).unwrap_or(text);
        }
        is_escaped = quote.is_some() && letter == '\\' && !is_escaped;
    }
    text
}

/// Removes the quotes around a value, and its escapes.
fn unquoted(value: &str) -> String {
    let between = |quote: char| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner)
    };
    unescaped(between('"').or_else(|| between('\'')).unwrap_or(value))
}

/// Replaces escapes. Any other backslash stays as it is.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            None => text.push('\\'),
            Some('b') => text.push('\u{8}'),
            Some('t') => text.push('\t'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('s') => text.push(' '),
            Some(itself @ ('\\' | '"' | '\'')) => text.push(itself),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}

/// The characters of C's `isspace`.
fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}
