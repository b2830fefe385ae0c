//! Whether a table can be read in parts that are ranges of a column.

use crate::job::{Job, OrderBy};
use crate::plan::Chosen;
use crate::plan::order::known_column;
use crate::source::NaturalOrder;
use crate::{Error, ErrorKind, Result};

/// Fails if the column can't split the table into parts, and says what would help.
pub(super) fn check(job: &Job, column: &str, chosen: &Chosen) -> Result<()> {
    let table = &chosen.table;
    if table.natural_order == NaturalOrder::Undefined {
        return Err(
            unfit("a view or foreign table can't be read in parts".to_owned())
                .advise("name the underlying tables, or leave out --partition-on"),
        );
    }
    let known = known_column(column, chosen)?;
    if known.bound.is_none() {
        let message = format!(
            "a column of type {} can't split a table into parts",
            known.sql_type
        );
        return Err(unfit(message)
            .in_column(column)
            .advise("use a column of integers, dates, timestamps or text for --partition-on"));
    }
    if !table.is_indexed(column) {
        return Err(unfit("no index begins with this column".to_owned()).in_column(column).advise(
            "create an index, or use another column for --partition-on: without an index, every part would read and sort the \
             whole table (partial indexes, prefix indexes, indexes with another collation, and indexes other than B-trees don't count)",
        ));
    }
    if table.primary_key.is_empty() && !is_certain(job, column, chosen) {
        let message = "rows with the same value have no defined order: the column isn't unique, or can be NULL, and the \
                       table has no primary key";
        return Err(unfit(message.to_owned())
            .in_column(column)
            .advise("create a primary key, or use a unique column that is NOT NULL"));
    }
    Ok(())
}

fn unfit(message: String) -> Error {
    Error::new(ErrorKind::Schema, message)
}

/// Whether the order has no ties even without a primary key.
fn is_certain(job: &Job, column: &str, chosen: &Chosen) -> bool {
    let by_order = match &job.order_by {
        OrderBy::Auto => false,
        OrderBy::Columns(columns) => columns
            .iter()
            .any(|column| chosen.table.is_unique(&column.name)),
    };
    by_order || chosen.table.is_unique(column)
}
