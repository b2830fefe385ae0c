//! `--column-type NAME=TYPE`: the type that a column of a SQLite file is read as, instead of its declared type.

use super::usage::usage;
use crate::job::SourceUrl;
use crate::{Error, Result};

/// The type that a column's values are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, integers and floating-point numbers, all as text.
    Text,
    /// 64-bit integers.
    Integer,
    /// 64-bit floating-point numbers, and integers that can be represented exactly as one.
    Real,
    /// Bytes.
    Blob,
    /// Dates.
    Date,
    /// Dates with a time of day, without a time zone.
    DateTime,
    /// Dates with a time of day and a time zone, converted to UTC.
    Instant,
}

const NAMED: [(&str, ColumnType); 7] = [
    ("text", ColumnType::Text),
    ("integer", ColumnType::Integer),
    ("real", ColumnType::Real),
    ("blob", ColumnType::Blob),
    ("date", ColumnType::Date),
    ("datetime", ColumnType::DateTime),
    ("instant", ColumnType::Instant),
];

/// The chosen types. Each is for the columns of one name, in all tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnTypes(Vec<(String, ColumnType)>);

impl ColumnTypes {
    /// Checks a list of `NAME=TYPE` that was split at commas. A name can contain `=` and commas, a type can't.
    pub(super) fn checked(items: Option<Vec<String>>, source: &SourceUrl) -> Result<Self> {
        let Some(items) = items else {
            return Ok(Self::default());
        };
        if !matches!(source, SourceUrl::Sqlite(_)) {
            return Err(usage(
                "--column-type is for SQLite files: on a server, every column already has a type",
            )
            .advise("leave it out; a view can cast a column to another type"));
        }
        let mut chosen: Vec<(String, ColumnType)> = Vec::new();
        for item in whole(items) {
            let (name, column_type) = parse(&item)?;
            if chosen.iter().any(|(known, _)| *known == name) {
                return Err(usage(format!("--column-type names column {name} twice"))
                    .advise("name it once"));
            }
            chosen.push((name, column_type));
        }
        Ok(Self(chosen))
    }

    /// The type chosen for a column.
    pub fn of(&self, column: &str) -> Option<ColumnType> {
        let chosen = self.0.iter().find(|(name, _)| name == column);
        chosen.map(|(_, column_type)| *column_type)
    }

    /// The columns that a type was chosen for.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Joins parts up to one that ends in a type: the commas between them belong to a column's name.
fn whole(parts: Vec<String>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for part in parts {
        match items.last_mut().filter(|item| !item.contains('=')) {
            Some(item) => {
                item.push(',');
                item.push_str(&part);
            }
            None => items.push(part),
        }
    }
    items
}

fn parse(item: &str) -> Result<(String, ColumnType)> {
    let (name, word) = item
        .rsplit_once('=')
        .ok_or_else(|| unreadable(item, "names no type"))?;
    if name.is_empty() {
        return Err(unreadable(item, "names no column"));
    }
    let named = NAMED.iter().find(|(known, _)| *known == word);
    match named {
        Some((_, column_type)) => Ok((name.to_owned(), *column_type)),
        None => Err(unreadable(item, "names an unknown type")),
    }
}

fn unreadable(item: &str, why: &str) -> Error {
    let types: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
    usage(format!("--column-type {item:?} {why}")).advise(format!(
        "write NAME=TYPE; the types are {}",
        types.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn chosen(items: &[&str]) -> Result<ColumnTypes> {
        let items = items.iter().map(|item| (*item).to_owned()).collect();
        ColumnTypes::checked(Some(items), &SourceUrl::Sqlite(PathBuf::from("a")))
    }

    #[test]
    fn a_type_follows_the_last_equals_sign() {
        let types = chosen(&["at=instant", "a=b=text", "c", "d=date"]).unwrap();
        assert_eq!(types.of("at"), Some(ColumnType::Instant));
        assert_eq!(types.of("a=b"), Some(ColumnType::Text));
        assert_eq!(types.of("c,d"), Some(ColumnType::Date));
        assert_eq!(types.of("a"), None);
    }

    #[test]
    fn an_item_without_a_column_or_a_known_type_is_refused() {
        for items in [
            &["at"][..],
            &["=text"],
            &["at=moment"],
            &["at="],
            &["a=text", "a=date"],
        ] {
            assert_eq!(chosen(items).unwrap_err().exit_code(), 2, "{items:?}");
        }
    }
}
