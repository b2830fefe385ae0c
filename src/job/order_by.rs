//! `--order-by`: the order of rows within a table.

use super::usage::usage;
use crate::Result;

/// Order of the rows within a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderBy {
    /// The primary key if the table is stored in its order, `rowid`, or the order in which the server stores the rows.
    Auto,
    /// These columns, followed by the primary key.
    Columns(Vec<OrderColumn>),
}

/// A column of `--order-by`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderColumn {
    /// Its name.
    pub name: String,
    /// Whether the largest value comes first.
    pub descending: bool,
}

impl OrderBy {
    /// Parses items such as `ID` and `ID desc`, or the single item `auto`.
    pub fn parse(items: &[String]) -> Result<Self> {
        match items {
            [] => Ok(Self::Auto),
            [only] if only.trim() == "auto" => Ok(Self::Auto),
            items => items
                .iter()
                .map(|item| order_column(item))
                .collect::<Result<_>>()
                .map(Self::Columns),
        }
    }

    /// The items as given, for the manifest; empty for `auto`.
    pub fn items(&self) -> Vec<String> {
        match self {
            Self::Auto => Vec::new(),
            Self::Columns(columns) => columns.iter().map(OrderColumn::item).collect(),
        }
    }
}

impl OrderColumn {
    fn item(&self) -> String {
        let direction = if self.descending { " desc" } else { "" };
        format!("{}{direction}", self.name)
    }
}

fn order_column(item: &str) -> Result<OrderColumn> {
    let item = item.trim();
    let (name, descending) = match item.rsplit_once(' ') {
        Some((name, word)) if word.eq_ignore_ascii_case("desc") => (name, true),
        Some((name, word)) if word.eq_ignore_ascii_case("asc") => (name, false),
        _ => (item, false),
    };
    if name.is_empty() {
        return Err(usage("--order-by names an empty column")
            .advise("write column names separated by commas, as in --order-by YEAR,ID"));
    }
    Ok(OrderColumn {
        name: name.trim().to_owned(),
        descending,
    })
}
