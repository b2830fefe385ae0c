//! What a table's rows are ordered by, and whether that order is defined.

use super::query::TableQuery;
use super::{Chosen, in_table};
use crate::job::{Job, OrderBy, OrderColumn};
use crate::source::{
    CatalogSession, Column, Dialect, Locator, NaturalOrder, Spelling, StoredOrder,
};
use crate::{Error, ErrorKind, Result};

#[derive(Clone)]
pub(super) enum Order {
    /// ORDER BY these terms.
    By {
        terms: Vec<Term>,
        words: String,
        /// Whether rows can tie in all terms.
        has_ties: bool,
    },
    /// The order in which the server stores the rows.
    Stored { words: &'static str },
    /// Whatever order the server returns.
    Undefined { words: String },
}

/// A column to order by, quoted.
#[derive(Clone)]
pub(super) struct Term {
    column: String,
    /// The clause that says where its NULLs go.
    nulls: &'static str,
}

impl Order {
    fn stored() -> Self {
        Self::Stored { words: "as stored" }
    }

    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Stored { .. })
    }

    /// Why the rows have no defined order, if they don't.
    pub fn undefined(&self) -> Option<&str> {
        match self {
            Self::Undefined { words } => Some(words),
            Self::By { .. } | Self::Stored { .. } => None,
        }
    }

    /// The same order, with ties broken by the locator.
    pub fn with_ties_by(&self, locator: &Locator) -> Self {
        let mut order = self.clone();
        if let Self::By {
            terms,
            has_ties: true,
            ..
        } = &mut order
        {
            terms.extend(locator.parts.iter().map(|part| Term {
                column: part.expression.clone(),
                nulls: "",
            }));
        }
        order
    }

    /// Whether the rows come in ascending order of their locators.
    pub fn is_that_of(&self, locator: &Locator) -> bool {
        match self {
            Self::Stored { .. } => locator.spelling == Spelling::Places,
            Self::Undefined { .. } => false,
            Self::By { terms, .. } => {
                let terms = terms.iter().map(|term| (&term.column, term.nulls));
                terms.eq(locator.parts.iter().map(|part| (&part.expression, "")))
            }
        }
    }

    /// What follows ORDER BY, for rows whose first column can be NULL.
    pub fn sql(&self) -> Option<String> {
        self.joined(|_| true)
    }

    /// As `sql`, for rows whose first column is not NULL: an index returns these in order, wherever it puts its NULLs.
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
            Self::Stored { words } => (*words).to_owned(),
            Self::Undefined { words } => format!("undefined: {words}"),
        }
    }
}

pub(super) fn order(
    job: &Job,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
    unordered: &TableQuery,
) -> Result<Order> {
    match (&job.order_by, &job.partition) {
        (OrderBy::Columns(columns), _) => declared(columns, catalog.dialect, chosen),
        (OrderBy::Auto, Some(partition)) => {
            let name = partition.column.clone();
            let descending = false;
            declared(&[OrderColumn { name, descending }], catalog.dialect, chosen)
        }
        (OrderBy::Auto, None) => natural(catalog, chosen, unordered),
    }
}

fn natural(catalog: &mut CatalogSession, chosen: &Chosen, unordered: &TableQuery) -> Result<Order> {
    match &chosen.table.natural_order {
        NaturalOrder::By(columns) => Ok(by(catalog.dialect, chosen, columns, columns.join(", "))),
        // A single scan returns them in this order.
        NaturalOrder::Stored if unordered.filters().is_empty() => Ok(Order::stored()),
        NaturalOrder::Stored => stored("as stored", catalog, chosen, unordered),
        NaturalOrder::StoredIfProved(words) => stored(words, catalog, chosen, unordered),
        NaturalOrder::Undefined => Ok(Order::Undefined {
            words: "a view without --order-by".to_owned(),
        }),
    }
}

/// Asks the database about the stored order: with a subquery in the filter, the server might begin with the other table and
/// return the rows in that table's order.
fn stored(
    words: &'static str,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
    unordered: &TableQuery,
) -> Result<Order> {
    let sql = unordered.sql(None, None);
    // EXPLAIN passes the text on to the server as written, so check first that it is a single valid query.
    catalog.ask(|it| it.check(&sql))?;
    let term = |column| Term { column, nulls: "" };
    let stored = catalog.ask(|it| it.stored_order(&chosen.name, &sql))?;
    Ok(match stored {
        StoredOrder::Kept => Order::Stored { words },
        StoredOrder::By(places) => Order::By {
            terms: places.into_iter().map(term).collect(),
            words: words.to_owned(),
            has_ties: false,
        },
        StoredOrder::Undefined(why) => Order::Undefined {
            words: format!("{why}, without --order-by"),
        },
    })
}

fn by(dialect: &Dialect, chosen: &Chosen, columns: &[String], words: String) -> Order {
    let never_null = |name: &String| Term {
        column: dialect.column(&chosen.name, name),
        nulls: "",
    };
    Order::By {
        terms: columns.iter().map(never_null).collect(),
        words,
        has_ties: false,
    }
}

/// The given columns. If rows can tie in them, the other columns of the primary key follow.
pub(super) fn declared(
    columns: &[OrderColumn],
    dialect: &Dialect,
    chosen: &Chosen,
) -> Result<Order> {
    let mut terms = Vec::new();
    let mut words = Vec::new();
    for column in columns {
        let known = known_column(&column.name, chosen)?;
        terms.push(declared_term(column, known, dialect, chosen));
        words.push(declared_words(column, known));
    }
    if columns
        .iter()
        .any(|column| chosen.table.is_unique(&column.name))
    {
        let words = words.join(", ");
        return Ok(Order::By {
            terms,
            words,
            has_ties: false,
        });
    }
    let primary_key = &chosen.table.primary_key;
    let is_missing = |name: &&String| !columns.iter().any(|column| column.name == **name);
    for name in primary_key.iter().filter(is_missing) {
        let column = dialect.column(&chosen.name, name);
        terms.push(Term { column, nulls: "" });
        words.push(name.clone());
    }
    let has_ties = primary_key.is_empty();
    let ties = if has_ties { "; ties undefined" } else { "" };
    let words = format!("{}{ties}", words.join(", "));
    Ok(Order::By {
        terms,
        words,
        has_ties,
    })
}

fn direction(column: &OrderColumn) -> &'static str {
    if column.descending { " DESC" } else { "" }
}

/// NULLs come first in every database, if the column can have any.
fn declared_term(column: &OrderColumn, known: &Column, dialect: &Dialect, chosen: &Chosen) -> Term {
    let name = dialect.column(&chosen.name, &column.name);
    Term {
        column: format!("{name}{}", direction(column)),
        nulls: if known.nullable {
            dialect.nulls(column.descending)
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
            format!("can't order by {name}: the column doesn't exist"),
        );
        in_table(error, &chosen.name)
            .advise("name a column that every table has in --order-by or --partition-on")
    })
}
