//! What the rows of a table are ordered by, and how certain that is.

use super::{Chosen, in_table};
use crate::job::{Job, OrderBy, OrderColumn};
use crate::source::{Catalog, Column, NaturalOrder};
use crate::{Error, ErrorKind, Result};

pub(super) enum Order {
    /// ORDER BY these terms.
    By { terms: Vec<Term>, words: String },
    /// As the server stores the rows.
    Stored,
    /// Whatever the server makes of the query.
    Undefined { words: &'static str },
}

/// A column to order by, quoted.
pub(super) struct Term {
    column: String,
    /// Where its NULLs go.
    nulls: &'static str,
}

impl Order {
    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Stored)
    }

    /// What follows ORDER BY, for rows among which the first column may be NULL.
    pub fn sql(&self) -> Option<String> {
        self.joined(|_| true)
    }

    /// As `sql`, for rows whose first column is not NULL: an index gives these in order, wherever it has its NULLs.
    pub fn sql_of_values(&self) -> Option<String> {
        self.joined(|place| place > 0)
    }

    fn joined(&self, says_nulls: fn(usize) -> bool) -> Option<String> {
        let Self::By { terms, .. } = self else {
            return None;
        };
        let terms = terms.iter().enumerate().map(|(place, term)| {
            let nulls = if says_nulls(place) { term.nulls } else { "" };
            format!("{}{nulls}", term.column)
        });
        Some(terms.collect::<Vec<_>>().join(", "))
    }

    pub fn words(&self) -> String {
        match self {
            Self::By { words, .. } => words.clone(),
            Self::Stored => "as stored".to_owned(),
            Self::Undefined { words } => format!("undefined: {words}"),
        }
    }
}

pub(super) fn order(job: &Job, catalog: &dyn Catalog, chosen: &Chosen) -> Result<Order> {
    match (&job.order_by, &job.partition) {
        (OrderBy::Columns(columns), _) => declared(columns, catalog, chosen),
        (OrderBy::Auto, Some(partition)) => {
            let name = partition.column.clone();
            let descending = false;
            declared(&[OrderColumn { name, descending }], catalog, chosen)
        }
        (OrderBy::Auto, None) => Ok(natural(job, catalog, chosen)),
    }
}

fn natural(job: &Job, catalog: &dyn Catalog, chosen: &Chosen) -> Order {
    match &chosen.table.natural_order {
        NaturalOrder::By(columns) => by(catalog, chosen, columns, columns.join(", ")),
        NaturalOrder::Stored { place } if has_subquery(job, chosen) => {
            stored_place(catalog, chosen, place)
        }
        NaturalOrder::Stored { .. } => Order::Stored,
        NaturalOrder::Undefined => Order::Undefined {
            words: "a view without --order-by",
        },
    }
}

/// With a subquery the server may begin with the other table, and give the rows in its order.
pub(super) fn has_subquery(job: &Job, chosen: &Chosen) -> bool {
    let mut filters = [&job.filter, &chosen.filter].into_iter().flatten();
    filters.any(|filter| filter.to_ascii_lowercase().contains("select"))
}

fn stored_place(catalog: &dyn Catalog, chosen: &Chosen, place: &[&str]) -> Order {
    if place.is_empty() {
        return Order::Undefined {
            words: "a subquery in the filter without --order-by",
        };
    }
    let place: Vec<String> = place.iter().map(|&name| name.to_owned()).collect();
    let words = format!("as stored ({})", place.join(", "));
    by(catalog, chosen, &place, words)
}

fn by(catalog: &dyn Catalog, chosen: &Chosen, columns: &[String], words: String) -> Order {
    let never_null = |name: &String| Term {
        column: quoted(catalog, chosen, name),
        nulls: "",
    };
    Order::By {
        terms: columns.iter().map(never_null).collect(),
        words,
    }
}

/// The table's column, never the SELECT list's: that one may be a cast to text, which sorts otherwise.
pub(super) fn quoted(catalog: &dyn Catalog, chosen: &Chosen, column: &str) -> String {
    format!("{}.{}", catalog.quote(&chosen.name), catalog.quote(column))
}

/// The columns, then, where rows may tie in them, those of the primary key that are not among them.
fn declared(columns: &[OrderColumn], catalog: &dyn Catalog, chosen: &Chosen) -> Result<Order> {
    let mut terms = Vec::new();
    let mut words = Vec::new();
    for column in columns {
        let known = known_column(&column.name, chosen)?;
        terms.push(declared_term(column, known, catalog, chosen));
        words.push(declared_words(column, known));
    }
    if columns
        .iter()
        .any(|column| chosen.table.is_unique(&column.name))
    {
        let words = words.join(", ");
        return Ok(Order::By { terms, words });
    }
    let primary_key = &chosen.table.primary_key;
    let is_missing = |name: &&String| !columns.iter().any(|column| column.name == **name);
    for name in primary_key.iter().filter(is_missing) {
        let column = quoted(catalog, chosen, name);
        terms.push(Term { column, nulls: "" });
        words.push(name.clone());
    }
    let ties = if primary_key.is_empty() {
        "; ties undefined"
    } else {
        ""
    };
    let words = format!("{}{ties}", words.join(", "));
    Ok(Order::By { terms, words })
}

fn direction(column: &OrderColumn) -> &'static str {
    if column.descending { " DESC" } else { "" }
}

/// NULLs come first in every database, as far as a column has any.
fn declared_term(
    column: &OrderColumn,
    known: &Column,
    catalog: &dyn Catalog,
    chosen: &Chosen,
) -> Term {
    let name = quoted(catalog, chosen, &column.name);
    Term {
        column: format!("{name}{}", direction(column)),
        nulls: if known.nullable {
            catalog.nulls_first(column.descending)
        } else {
            ""
        },
    }
}

fn declared_words(column: &OrderColumn, known: &Column) -> String {
    let prefix = known
        .sorted_bytes
        .map(|bytes| format!(" (its first {bytes} bytes)"));
    let (name, direction) = (&column.name, direction(column));
    format!("{name}{direction}{}", prefix.unwrap_or_default())
}

pub(super) fn known_column<'a>(name: &str, chosen: &'a Chosen) -> Result<&'a Column> {
    let mut columns = chosen.table.columns.iter();
    columns.find(|known| known.name == name).ok_or_else(|| {
        let error = Error::new(
            ErrorKind::Schema,
            format!("there is no column {name} to order by"),
        );
        in_table(error, &chosen.name)
            .advise("--order-by and --partition-on take columns that every table has")
    })
}
