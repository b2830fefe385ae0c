//! Which tables and functions a filter reads. The server reports neither, so the words of the filter are compared with the
//! names of tables and functions. A word too many can only make a snapshot `none`, or add a warning.

use super::super::shared::pin;
use super::super::{Named, Relation, TextRow};
use super::cells::{is_versioned, text};
use super::client::Client;
use super::dialect::DIALECT;
use super::settings::literal;
use crate::{ErrorKind, Result};
use std::collections::BTreeSet;

/// Tables of the database, or of one that the filter names.
const TABLES: &str = "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES \
     WHERE TABLE_NAME IN ({}) AND (TABLE_SCHEMA = DATABASE() OR TABLE_SCHEMA IN ({})) ORDER BY 1, 2";
const FUNCTIONS: &str = "SELECT ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES \
     WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_NAME IN ({}) AND (ROUTINE_SCHEMA = DATABASE() OR ROUTINE_SCHEMA IN ({})) \
     ORDER BY 1, 2";

/// Returns the tables and views that the filters of these tables read. With `pins`, nobody can alter them until the
/// transaction ends.
pub(super) fn relations(client: &mut Client, named: &[Named], pins: bool) -> Result<Vec<Relation>> {
    let conditions = named.iter().flat_map(|named| &named.conditions);
    let words = words(conditions.map(String::as_str));
    let has_query = words
        .iter()
        .any(|word| word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("table"));
    if !has_query {
        return Ok(Vec::new());
    }
    let mut rows = client.text_rows(&by_names(TABLES, &words))?;
    rows.retain(|row| !named.iter().any(|named| named.table == text(row, 1)));
    if pins {
        for row in &rows {
            pin_if_read(client, row)?;
        }
    }
    Ok(rows.iter().map(relation).collect())
}

/// Returns the functions that these conditions call and that aren't built in, in words.
pub(super) fn calls(client: &mut Client, conditions: &[String]) -> Result<Option<String>> {
    let words = words(conditions.iter().map(String::as_str));
    if words.is_empty() {
        return Ok(None);
    }
    let rows = client.text_rows(&by_names(FUNCTIONS, &words))?;
    let names: Vec<_> = rows.iter().map(full_name).collect();
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

/// A table whose rows the user can't read isn't one that the filter reads: the server has checked the filter.
fn pin_if_read(client: &mut Client, row: &TextRow) -> Result<()> {
    let name = format!(
        "{}.{}",
        DIALECT.quote(&text(row, 0)),
        DIALECT.quote(&text(row, 1))
    );
    match client.text_rows(&pin(&name)) {
        Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(()),
        pinned => pinned.map(drop),
    }
}

fn by_names(query: &str, words: &BTreeSet<String>) -> String {
    let names: Vec<_> = words.iter().map(|word| literal(word)).collect();
    query.replace("{}", &names.join(", "))
}

fn full_name(row: &TextRow) -> String {
    format!("{}.{}", text(row, 0), text(row, 1))
}

fn relation(row: &TextRow) -> Relation {
    let (name, engine) = (full_name(row), text(row, 3));
    let is_view = text(row, 2).ends_with("VIEW");
    let described = if is_view {
        format!("the view {name}, whose tables might not keep earlier states of their rows")
    } else {
        format!("the table {name}, whose engine is {engine}")
    };
    Relation {
        table: None,
        state: engine.clone(),
        versioned: !is_view && is_versioned(&engine),
        id: name,
        name: described,
        calls: None,
    }
}

/// Returns everything in the conditions that can be a name: what is between backquotes, and every other word.
fn words<'a>(conditions: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for condition in conditions {
        let quoted = condition.split('`').skip(1).step_by(2);
        words.extend(quoted.map(str::to_owned));
        let is_separator = |letter: char| !(letter.is_alphanumeric() || "_$".contains(letter));
        let plain = condition.split(is_separator);
        words.extend(plain.filter(|word| !word.is_empty()).map(str::to_owned));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_possible_name_of_a_filter_is_a_word() {
        let found =
            words(["id IN (SELECT x.id FROM shop.`old rows` x WHERE `a``b` > 'text')"].into_iter());
        for name in ["shop", "old rows", "id", "x", "SELECT", "text"] {
            assert!(found.contains(name), "{name} in {found:?}");
        }
    }
}
