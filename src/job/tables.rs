//! `--tables` and `[[table]]`: which tables, in which order.

use super::usage::usage;
use super::{TableEntry, TableList};
use crate::Result;
use std::collections::HashSet;

/// Most tables of a range: a longer one is probably a typing error.
const MAX_RANGE: u64 = 10_000;

/// The tables of a job, in the order of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables(pub Vec<TableItem>);

/// One table, or the tables that match a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableItem {
    /// A table that must exist, with its own filter.
    Named {
        /// Its name.
        name: String,
        /// Condition on its rows, in addition to the one for all tables.
        filter: Option<String>,
    },
    /// Base tables of the catalog, in natural order. `*` matches any text, `?` one character.
    Pattern(String),
}

impl Tables {
    pub(super) fn new(list: Option<TableList>, entries: Option<Vec<TableEntry>>) -> Result<Self> {
        let items = match (list, entries) {
            (Some(_), Some(_)) => {
                return Err(usage("the job file has both tables = … and [[table]]")
                    .advise("remove one of them"));
            }
            (Some(list), None) => from_list(&list)?,
            (None, Some(entries)) => entries.into_iter().map(from_entry).collect::<Result<_>>()?,
            (None, None) => Vec::new(),
        };
        if items.is_empty() {
            let error = usage("the job has no tables");
            return Err(error.advise(
                "give --tables, such as ID2000..ID2012, a,b,c or 'ID*', or [[table]] in the job file",
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
            return Err(usage("--tables contains an empty name")
                .advise("write table names separated by commas, as in --tables a,b,c"));
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
        return Err(usage("a [[table]] in the job file has an empty name").advise("name the table"));
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

/// The tables of a range such as `ID2000..ID2012`: the same text, then ascending numbers. Leading zeros keep the width.
fn range(first: &str, last: &str) -> Result<Vec<String>> {
    let invalid = || {
        usage(format!(
            "--tables {first}..{last} is not a range of numbered tables"
        ))
        .advise(format!(
            "write the same name with two numbers, the smaller one first, for at most {MAX_RANGE} tables: ID2000..ID2012; \
             put a name that contains .. or a comma into [[table]] of a job file"
        ))
    };
    let (prefix, from, width) = split_number(first).ok_or_else(invalid)?;
    let (last_prefix, to, _) = split_number(last).ok_or_else(invalid)?;
    if prefix != last_prefix || from > to || to - from >= MAX_RANGE {
        return Err(invalid());
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

/// The error about a table that is named twice.
pub(crate) fn named_twice(name: &str) -> crate::Error {
    usage(format!("table {name} is named twice"))
        .advise("name it once: otherwise every row would be a duplicate of itself")
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
    fn an_invalid_list_of_tables_is_refused() {
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
