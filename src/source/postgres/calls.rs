//! Finds functions that a condition calls and that are not built into the server. The catalog lists those of a view but not
//! those of a query, so the words of the condition are compared with the names of such functions. A false match costs only an
//! unnecessary warning.

use super::connection::{Attempt, Connection};
use super::described::texts;
use std::collections::BTreeSet;
use std::io::{Read, Write};

/// Lists the functions, including those behind operators, except functions in C, such as those of extensions. A function can
/// also be called as if it were a column of a row.
pub(super) fn calls<S: Read + Write>(
    connection: &mut Connection<S>,
    conditions: &[String],
) -> Attempt<Option<String>> {
    let mut words = Words::default();
    for condition in conditions {
        words.take(condition);
    }
    if words.names.is_empty() && words.operators.is_empty() {
        return Ok(None);
    }
    let [names, operators] =
        [words.names, words.operators].map(|words| texts(words.iter().map(String::as_str)));
    let rows = connection.text_rows(&format!(
        "SELECT string_agg(f.name, ', ' ORDER BY f.name) FROM ( \
           SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
             WHERE p.proname = ANY ({names}) AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
               AND (pg_function_is_visible(p.oid) OR n.nspname = ANY ({names})) \
           UNION \
           SELECT p.oid::regprocedure::text FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace \
               JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_language l ON l.oid = p.prolang \
             WHERE o.oprname = ANY ({operators}) AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
               AND l.lanname NOT IN ('internal', 'c')) f(name)"
    ))?;
    Ok(rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next().flatten()))
}

/// The names and operators of a condition, outside its string literals and comments.
#[derive(Default)]
struct Words {
    names: BTreeSet<String>,
    operators: BTreeSet<String>,
}

impl Words {
    fn take(&mut self, condition: &str) {
        let mut rest = condition;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\'' => quoted(rest, '\'', false),
                '"' => {
                    let length = quoted(rest, '"', false);
                    let name = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                    self.names.insert(name.replace("\"\"", "\""));
                    length
                }
                '$' => dollar_quoted(rest),
                '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => comment(rest),
                first if starts_name(first) => self.name(rest),
                first if OPERATOR.contains(first) => {
                    let end = rest.find(|next| !OPERATOR.contains(next));
                    let operator = &rest[..end.unwrap_or(rest.len())];
                    self.operators.insert(operator.to_owned());
                    operator.len()
                }
                first => first.len_utf8(),
            };
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    /// Takes an unquoted name, which stands for its lower-case form. A name directly before a quote is a string prefix.
    fn name(&mut self, rest: &str) -> usize {
        let end = rest.find(|next| !(starts_name(next) || next.is_ascii_digit() || next == '$'));
        let name = &rest[..end.unwrap_or(rest.len())];
        if rest[name.len()..].starts_with('\'') {
            let escapes = name.eq_ignore_ascii_case("e");
            return name.len() + quoted(&rest[name.len()..], '\'', escapes);
        }
        self.names.insert(name.to_lowercase());
        name.len()
    }
}

/// <https://www.postgresql.org/docs/current/sql-createoperator.html>
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

fn starts_name(first: char) -> bool {
    first.is_alphabetic() || first == '_'
}

/// The length in bytes of a quoted string or name. A quote in it is doubled, or escaped if backslashes escape.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut inner = text.char_indices().skip(1).peekable();
    while let Some((place, next)) = inner.next() {
        if escapes && next == '\\' {
            inner.next();
        } else if next == quote && inner.next_if(|(_, after)| *after == quote).is_none() {
            return place + 1;
        }
    }
    text.len()
}

/// The length in bytes of `$tag$ … $tag$`; 1 for a single dollar sign.
fn dollar_quoted(text: &str) -> usize {
    let Some(tag) = text[1..].find('$').map(|end| &text[..end + 2]) else {
        return 1;
    };
    let is_tag = tag[1..tag.len() - 1]
        .chars()
        .all(|next| starts_name(next) || next.is_ascii_digit());
    if !is_tag {
        return 1;
    }
    let end = text[tag.len()..].find(tag);
    end.map_or(text.len(), |end| end + 2 * tag.len())
}

/// The length in bytes of a comment, which can contain other comments.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            place += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                return place;
            }
        } else {
            place += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn words(condition: &str) -> (Vec<String>, Vec<String>) {
        let mut words = Words::default();
        words.take(condition);
        let list = |words: std::collections::BTreeSet<String>| words.into_iter().collect();
        (list(words.names), list(words.operators))
    }

    fn names(condition: &str) -> Vec<String> {
        words(condition).0
    }

    #[test]
    fn names_are_found_in_any_notation() {
        assert_eq!(names("f (1) AND S.G(2)"), ["and", "f", "g", "s"]);
        assert_eq!(names(r#""My ""own""" (x)"#), [r#"My "own""#, "x"]);
        assert_eq!(names("größe(ä_1$)"), ["größe", "ä_1$"]);
    }

    #[test]
    fn string_literals_and_comments_contain_no_names() {
        for condition in [
            "'f()'",
            "'it''s f()'",
            r"E'\' f()'",
            r"e'\\'",
            "$$ f() $$",
            "$a$ f() $$ $a$",
            "-- f()",
            "/* f() /* g() */ h() */",
            "'f() without an end",
            "$1",
            "B'01'",
        ] {
            assert!(names(condition).is_empty(), "{condition}");
        }
        assert_eq!(names(r"'\' || f"), ["f"]);
        assert_eq!(names("$$ x $$ || f"), ["f"]);
        assert_eq!(names("-- f()\ng()"), ["g"]);
    }

    #[test]
    fn operators_are_taken_whole() {
        assert_eq!(words("1 ==> 2 <@ 3").1, ["<@", "==>"]);
    }
}
