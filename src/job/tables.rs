//! `--tables` and `[[table]]`: which tables, in which order.

use super::usage::usage;
use super::{TableEntry, TableList};
use crate::Result;
use std::collections::HashSet;

/// A range of numbered tables can't be longer: it is a slip of the pen.
const MAX_RANGE: u64 = 10_000;

/// The tables of a job, in the order of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables(pub Vec<TableItem>);

/// One table, or those that a pattern finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableItem {
    /// A table that must exist, with a filter of its own.
    Named {
        /// Its name.
        name: String,
        /// Condition on its rows, beside the one of all tables.
        filter: Option<String>,
    },
    /// Base tables of the catalogue in natural order; `*` stands for any text, `?` for one character.
    Pattern(String),
}

impl Tables {
    pub(super) fn new(list: Option<TableList>, entries: Option<Vec<TableEntry>>) -> Result<Self> {
        let items = match (list, entries) {
            (Some(_), Some(_)) => {
                return Err(usage(
                    "the job file has both tables = … and [[table]]: take one",
                ));
            }
            (Some(list), None) => from_list(&list)?,
            (None, Some(entries)) => entries.into_iter().map(from_entry).collect::<Result<_>>()?,
            (None, None) => Vec::new(),
        };
        if items.is_empty() {
            let error = usage("the job names no tables");
            return Err(error.advise(
                "give --tables, as ID2000..ID2012, a,b,c or 'ID*', or [[table]] in the job file",
            ));
        }
        refuse_twice(&items)?;
        Ok(Self(items))
    }
}

fn from_list(list: &TableList) -> Result<Vec<TableItem>> {
    let mut items = Vec::new();
    for item in list.items() {
        if item.is_empty() {
            return Err(usage("--tables names an empty table"));
        } else if let Some((first, last)) = item.split_once("..") {
            items.extend(range(first, last)?.into_iter().map(named));
        } else if item.contains(['*', '?']) {
            items.push(TableItem::Pattern(item));
        } else {
            items.push(named(item));
        }
    }
    Ok(items)
}

fn from_entry(entry: TableEntry) -> Result<TableItem> {
    if entry.name.is_empty() {
        return Err(usage("a [[table]] of the job file has an empty name"));
    }
    let filter = entry
        .filter
        .map(|filter| super::checked_filter(&filter))
        .transpose()?;
    Ok(TableItem::Named {
        name: entry.name,
        filter,
    })
}

fn named(name: String) -> TableItem {
    TableItem::Named { name, filter: None }
}

/// `ID2000..ID2012`: the same text, then numbers that count up; zeros in front keep their width.
fn range(first: &str, last: &str) -> Result<Vec<String>> {
    let no_range = || {
        usage(format!(
            "--tables {first}..{last} is no range of numbered tables"
        ))
        .advise(
            "write the same name with two numbers, the smaller one first: ID2000..ID2012; a name with dots or commas stands in \
             [[table]] of a job file",
        )
    };
    let (prefix, from, width) = split_number(first).ok_or_else(no_range)?;
    let (last_prefix, to, _) = split_number(last).ok_or_else(no_range)?;
    if prefix != last_prefix || from > to || to - from >= MAX_RANGE {
        return Err(no_range());
    }
    Ok((from..=to)
        .map(|number| format!("{prefix}{number:0width$}"))
        .collect())
}

fn split_number(name: &str) -> Option<(&str, u64, usize)> {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(prefix.len()..)?;
    Some((prefix, number.parse().ok()?, number.len()))
}

fn refuse_twice(items: &[TableItem]) -> Result<()> {
    let mut names = HashSet::new();
    for item in items {
        if let TableItem::Named { name, .. } = item
            && !names.insert(name)
        {
            return Err(named_twice(name));
        }
    }
    Ok(())
}

pub(crate) fn named_twice(name: &str) -> crate::Error {
    usage(format!("the table {name} is named twice"))
        .advise("every row would be its own duplicate: name it once")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>> {
        let items = Tables::new(Some(TableList::Text(text.to_owned())), None)?.0;
        Ok(items
            .into_iter()
            .map(|item| match item {
                TableItem::Named { name, .. } | TableItem::Pattern(name) => name,
            })
            .collect())
    }

    #[test]
    fn ranges_count_by_number_and_keep_their_width() {
        assert_eq!(names("ID9..ID11").unwrap(), ["ID9", "ID10", "ID11"]);
        assert_eq!(names("t08..t10").unwrap(), ["t08", "t09", "t10"]);
        assert_eq!(names("a, t1..t2 ,b*").unwrap(), ["a", "t1", "t2", "b*"]);
    }

    #[test]
    fn what_is_no_list_of_tables_is_refused() {
        for text in [
            "",
            "a,,b",
            "a,a",
            "t1..t3,t2",
            "ID2..ID1",
            "a1..b2",
            "a..b",
            "t0..t99999",
        ] {
            assert_eq!(names(text).unwrap_err().exit_code(), 2, "{text}");
        }
    }
}
