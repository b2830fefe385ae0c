//! What the rows of a table are ordered by, and how certain that is.

use super::{Chosen, in_table};
use crate::job::{Job, OrderBy, OrderColumn};
use crate::source::{Catalog, Column, NaturalOrder};
use crate::{Error, ErrorKind, Result};

pub(super) enum Order {
    /// ORDER BY this, quoted.
    By { sql: String, words: String },
    /// As the server stores the rows.
    Stored,
    /// Whatever the server makes of the query.
    Undefined { words: &'static str },
}

impl Order {
    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Stored)
    }

    pub fn sql(&self) -> Option<&str> {
        match self {
            Self::By { sql, .. } => Some(sql),
            Self::Stored | Self::Undefined { .. } => None,
        }
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
    match &job.order_by {
        OrderBy::Auto => Ok(natural(job, catalog, chosen)),
        OrderBy::Columns(columns) => declared(columns, catalog, chosen),
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
fn has_subquery(job: &Job, chosen: &Chosen) -> bool {
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
    let terms: Vec<_> = columns
        .iter()
        .map(|name| term(catalog, chosen, name))
        .collect();
    Order::By {
        sql: terms.join(", "),
        words,
    }
}

/// The table's column, never the SELECT list's: that one may be a cast to text, which sorts otherwise.
fn term(catalog: &dyn Catalog, chosen: &Chosen, column: &str) -> String {
    format!("{}.{}", catalog.quote(&chosen.name), catalog.quote(column))
}

/// The columns of `--order-by`, then those of the primary key that are not among them.
fn declared(columns: &[OrderColumn], catalog: &dyn Catalog, chosen: &Chosen) -> Result<Order> {
    let mut terms = Vec::new();
    let mut words = Vec::new();
    for column in columns {
        let known = known_column(column, chosen)?;
        let direction = if column.descending { " DESC" } else { "" };
        terms.push(format!(
            "{}{direction}",
            term(catalog, chosen, &column.name)
        ));
        let prefix = known
            .sorted_bytes
            .map(|bytes| format!(" (its first {bytes} bytes)"));
        words.push(format!(
            "{}{direction}{}",
            column.name,
            prefix.unwrap_or_default()
        ));
    }
    let primary_key = &chosen.table.primary_key;
    let is_missing = |name: &&String| !columns.iter().any(|column| column.name == **name);
    for name in primary_key.iter().filter(is_missing) {
        terms.push(term(catalog, chosen, name));
        words.push(name.clone());
    }
    let ties = if primary_key.is_empty() {
        "; ties undefined"
    } else {
        ""
    };
    Ok(Order::By {
        sql: terms.join(", "),
        words: format!("{}{ties}", words.join(", ")),
    })
}

fn known_column<'a>(column: &OrderColumn, chosen: &'a Chosen) -> Result<&'a Column> {
    let mut columns = chosen.table.columns.iter();
    columns
        .find(|known| known.name == column.name)
        .ok_or_else(|| {
            let message = format!("there is no column {} to order by", column.name);
            let error = Error::new(ErrorKind::Schema, message);
            in_table(error, &chosen.name).advise("--order-by takes columns that every table has")
        })
}
