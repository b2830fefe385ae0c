//! From the names and patterns of a job to tables that exist.

use super::{Chosen, in_table};
use crate::job::{Job, TableItem, named_twice};
use crate::nearest::nearest;
use crate::source::Catalog;
use crate::{Error, ErrorKind, Result};
use std::cmp::Ordering;
use std::collections::HashSet;

pub(super) fn tables(job: &Job, catalog: &mut dyn Catalog) -> Result<Vec<Chosen>> {
    let named = names(job, catalog)?;
    let all: Vec<String> = named.iter().map(|(name, _)| name.clone()).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = all.iter().find(|name| !seen.insert(*name)) {
        return Err(named_twice(twice));
    }
    catalog.prepare(&all)?;
    let mut chosen: Vec<Chosen> = Vec::new();
    for (name, filter) in named {
        let table = catalog
            .table(&name)
            .map_err(|error| in_table(error, &name))?;
        let table = table.ok_or_else(|| missing(&name, catalog))?;
        chosen.push(Chosen {
            name,
            filter,
            table,
        });
    }
    Ok(chosen)
}

type NameAndFilter = (String, Option<String>);

fn names(job: &Job, catalog: &mut dyn Catalog) -> Result<Vec<NameAndFilter>> {
    let mut names = Vec::new();
    for item in &job.tables.0 {
        match item {
            TableItem::Named { name, filter } => names.push((name.clone(), filter.clone())),
            TableItem::Pattern(pattern) => {
                let found = matching(pattern, catalog.base_tables()?);
                if found.is_empty() {
                    return Err(Error::new(
                        ErrorKind::Schema,
                        format!("no base table matches {pattern:?}"),
                    )
                    .advise(
                        "a view is named as it stands; is the source's database the right one?",
                    ));
                }
                names.extend(found.into_iter().map(|name| (name, None)));
            }
        }
    }
    Ok(names)
}

fn missing(name: &str, catalog: &mut dyn Catalog) -> Error {
    let tables = catalog.base_tables().unwrap_or_default();
    let error = Error::new(ErrorKind::Schema, format!("there is no table {name}"));
    match nearest(name, tables.iter().map(String::as_str)) {
        Some(nearest) => error.advise(format!(
            "did you mean {nearest}? names are compared exactly"
        )),
        None => error.advise("the database has no tables that this user sees"),
    }
}

fn matching(pattern: &str, tables: Vec<String>) -> Vec<String> {
    let mut found: Vec<_> = tables
        .into_iter()
        .filter(|table| matches(pattern, table))
        .collect();
    found.sort_by(|a, b| natural(a, b));
    found
}

/// `*` stands for any text, `?` for one character. Only the last `*` is ever tried again, so that the time is bounded by
/// the product of the lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut taken) = (0, 0);
    let mut star = None;
    while taken < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, taken));
                at += 1;
            }
            Some(expected) if *expected == '?' || name.get(taken) == Some(expected) => {
                at += 1;
                taken += 1;
            }
            _ => match &mut star {
                Some((star_at, star_end)) => {
                    *star_end += 1;
                    at = *star_at + 1;
                    taken = *star_end;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

/// Runs of digits compare by their number: `ID9` before `ID10`. Names that differ by zeros only compare as text.
fn natural(a: &str, b: &str) -> Ordering {
    natural_parts(a)
        .cmp(&natural_parts(b))
        .then_with(|| a.cmp(b))
}

fn natural_parts(name: &str) -> Vec<(&str, usize, &str)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text_end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (text, tail) = rest.split_at(text_end);
        let number_end = tail
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (number, tail) = tail.split_at(number_end);
        let number = number.trim_start_matches('0');
        parts.push((text, number.len(), number));
        rest = tail;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_tables_in_natural_order() {
        let tables = ["ID10", "ID9", "id1", "ID", "ID9b", "XID1", "ID09"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            matching("ID*", tables.clone()),
            ["ID", "ID09", "ID9", "ID9b", "ID10"]
        );
        assert_eq!(matching("?ID*1", tables.clone()), ["XID1"]);
        assert_eq!(matching("*9*", tables), ["ID09", "ID9", "ID9b"]);
        assert!(matches("*a*b*", "xaxxbb") && !matches("*a*b", "xaxbx") && matches("**", ""));
        assert!(
            !matches(&format!("{}b", "*a".repeat(40)), &"a".repeat(200)),
            "in no time"
        );
    }
}
