//! What the rows of a table are ordered by, and how certain that is.

use super::{Chosen, in_table};
use crate::job::{Job, OrderBy, OrderColumn};
use crate::source::{Catalog, NaturalOrder};
use crate::{Error, ErrorKind, Result};

pub(super) enum Order {
    /// ORDER BY this, quoted.
    By { sql: String, words: String },
    /// As the server stores the rows.
    Stored,
    /// As a view's query gives them.
    Undefined,
}

impl Order {
    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Stored)
    }

    pub fn sql(&self) -> Option<&str> {
        match self {
            Self::By { sql, .. } => Some(sql),
            Self::Stored | Self::Undefined => None,
        }
    }

    pub fn words(&self) -> String {
        match self {
            Self::By { words, .. } => words.clone(),
            Self::Stored => "as stored".to_owned(),
            Self::Undefined => "undefined: a view without --order-by".to_owned(),
        }
    }
}

pub(super) fn order(job: &Job, catalog: &dyn Catalog, chosen: &Chosen) -> Result<Order> {
    match &job.order_by {
        OrderBy::Auto => Ok(natural(&chosen.table.natural_order)),
        OrderBy::Columns(columns) => declared(columns, catalog, chosen),
    }
}

fn natural(order: &NaturalOrder) -> Order {
    match order {
        NaturalOrder::By(by) => Order::By {
            sql: by.join(", "),
            words: by.join(", "),
        },
        NaturalOrder::Stored => Order::Stored,
        NaturalOrder::Undefined => Order::Undefined,
    }
}

/// The columns of `--order-by`, then those of the primary key that are not among them.
fn declared(columns: &[OrderColumn], catalog: &dyn Catalog, chosen: &Chosen) -> Result<Order> {
    let mut terms = Vec::new();
    for column in columns {
        if !chosen
            .table
            .columns
            .iter()
            .any(|known| known.name == column.name)
        {
            let error = Error::new(
                ErrorKind::Schema,
                format!("there is no column {} to order by", column.name),
            );
            return Err(in_table(error, &chosen.name)
                .advise("--order-by takes columns that every table has"));
        }
        let direction = if column.descending { " DESC" } else { "" };
        terms.push(format!("{}{direction}", catalog.quote(&column.name)));
    }
    let primary_key = &chosen.table.primary_key;
    let is_missing = |name: &&String| !columns.iter().any(|column| column.name == **name);
    terms.extend(
        primary_key
            .iter()
            .filter(is_missing)
            .map(|name| catalog.quote(name)),
    );
    let sql = terms.join(", ");
    let words = if primary_key.is_empty() {
        format!("{sql}; ties undefined")
    } else {
        sql.clone()
    };
    Ok(Order::By { sql, words })
}
