//! Resolves a job's names and patterns to tables that exist.

use super::{Chosen, in_table};
use crate::job::{Job, TableItem, named_twice};
use crate::nearest::similar;
use crate::source::CatalogSession;
use crate::{Error, ErrorKind, Result};
use std::cmp::Ordering;
use std::collections::HashSet;

pub(super) fn tables(
    job: &Job,
    catalog: &mut CatalogSession,
    warnings: &mut Vec<String>,
) -> Result<Vec<Chosen>> {
    let mut names = names(job, catalog, warnings)?;
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|it| !seen.insert(it.name.as_str())) {
        return Err(named_twice(&twice.name));
    }
    leave_out_members(&mut names, catalog, warnings)?;
    let all: Vec<String> = names.iter().map(|it| it.name.clone()).collect();
    catalog.ask(|it| it.prepare(&all))?;
    let mut chosen: Vec<Chosen> = Vec::new();
    for Entry { name, filter, .. } in names {
        let table = catalog
            .ask(|it| it.table(&name))
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

/// A table that a job names.
struct Entry {
    name: String,
    filter: Option<String>,
    /// The pattern that found it.
    pattern: Option<String>,
}

/// Partitions and child tables are read through their parent: if the job reads the parent, patterns don't match them.
fn leave_out_members(
    names: &mut Vec<Entry>,
    catalog: &mut CatalogSession,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let plain: Vec<String> = names.iter().map(|it| it.name.clone()).collect();
    for (upper, lower) in catalog.ask(|it| it.beneath(&plain))? {
        let Some(place) = names.iter().position(|it| it.name == lower) else {
            continue;
        };
        let Some(pattern) = &names[place].pattern else {
            let message =
                format!("{lower} is a partition or child table of {upper}, and the job reads both");
            return Err(Error::new(ErrorKind::Usage, message).advise(format!(
                "name one of them: reading {upper} also returns the rows of {lower}"
            )));
        };
        warnings.push(format!(
            "table {lower}: matches {pattern:?} but is left out, because its rows are read through {upper}"
        ));
        names.remove(place);
    }
    Ok(())
}

fn names(
    job: &Job,
    catalog: &mut CatalogSession,
    warnings: &mut Vec<String>,
) -> Result<Vec<Entry>> {
    let mut names = Vec::new();
    for item in &job.tables.0 {
        match item {
            TableItem::Named { name, filter } => names.push(Entry {
                name: name.clone(),
                filter: filter.clone(),
                pattern: None,
            }),
            TableItem::Pattern(pattern) => {
                let tables = catalog.ask(|it| it.base_tables())?;
                let sees_none = tables.is_empty();
                let found = matching(pattern, tables);
                let left_out = set_apart(pattern, catalog)?;
                if found.is_empty() {
                    return Err(no_match(pattern, &left_out, sees_none));
                }
                if !left_out.is_empty() {
                    let left_out = left_out.join(", ");
                    warnings.push(format!(
                        "{pattern:?} leaves out tables that are read only if you name them without a pattern: {left_out}"
                    ));
                }
                names.extend(found.into_iter().map(|name| Entry {
                    name,
                    filter: None,
                    pattern: Some(pattern.clone()),
                }));
            }
        }
    }
    Ok(names)
}

/// Tables that match a pattern but are left out of it, each with what it is.
fn set_apart(pattern: &str, catalog: &mut CatalogSession) -> Result<Vec<String>> {
    let mut found = catalog.ask(|it| it.set_apart())?;
    found.retain(|(name, _)| matches(pattern, name));
    found.sort_by(|a, b| natural(&a.0, &b.0));
    let found = found.into_iter();
    Ok(found
        .map(|(name, what)| format!("{name} ({what})"))
        .collect())
}

const SEES_NONE: &str =
    "check --source and the user's privileges: this user can see no tables in the database";

fn no_match(pattern: &str, left_out: &[String], sees_none: bool) -> Error {
    let error = Error::new(
        ErrorKind::Schema,
        format!("no base table matches {pattern:?}"),
    );
    if sees_none && left_out.is_empty() {
        return error.advise(SEES_NONE);
    }
    if left_out.is_empty() {
        return error.advise(
            "name views without a pattern, and check the pattern's case and that --source names the right database",
        );
    }
    error.advise(format!(
        "name these without a pattern to read them: {}",
        left_out.join(", ")
    ))
}

fn missing(name: &str, catalog: &mut CatalogSession) -> Error {
    let error = Error::new(ErrorKind::Schema, format!("the table {name} doesn't exist"));
    if let Ok(Some(advice)) = catalog.ask(|it| it.elsewhere(name)) {
        return error.advise(advice);
    }
    if name.contains('.') {
        return error.advise("name the table alone: --source says which database it is in");
    }
    let tables = catalog.ask(|it| it.base_tables()).unwrap_or_default();
    match similar(name, tables.iter().map(String::as_str)) {
        Some(similar) => error.advise(format!(
            "did you mean {similar}? names must match exactly, including case"
        )),
        None if !tables.is_empty() => error.advise(
            "check the name and --source: firstseen plan --tables '*' shows all base tables of the database",
        ),
        None => error.advise(SEES_NONE),
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

/// `*` matches any text, `?` one character. Only the last `*` is retried, so that the time is bounded by the product of
/// the lengths.
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

/// Compares runs of digits as numbers: `ID9` before `ID10`. Names that differ only by leading zeros compare as text.
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
            "without backtracking forever"
        );
    }
}
