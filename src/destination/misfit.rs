//! Values that no image fits, and what is said of them.
//!
//! A value is refused if its row is written: whether the filter drops a duplicate while it is read or `unique` afterwards
//! depends on how fast the tables come, and what a job says must not.

use super::convert::{Misfit, is_dated};
use crate::{Error, ErrorKind, arrow_type};
use arrow::datatypes::{DataType, Schema};

/// A row as the database sent it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SentRow {
    /// From 1.
    pub number: u64,
    /// The database's own id of it.
    pub id: Option<i64>,
}

impl SentRow {
    /// A place in it, for errors.
    pub fn place(self, column: &str) -> String {
        let Self { number, id } = self;
        match id {
            Some(id) => format!("row {number} (rowid {id}), column {column}"),
            None => format!("row {number}, column {column}"),
        }
    }
}

/// A candidate's value that doesn't fit its column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MisfitAt {
    /// Index of the row among the unit's candidates.
    pub candidate: u64,
    pub row: SentRow,
    pub(super) column: usize,
    pub(super) misfit: Misfit,
}

impl MisfitAt {
    /// As the job's error.
    pub fn refused(&self, schema: &Schema) -> Error {
        let field = schema.field(self.column);
        let place = self.row.place(field.name());
        match self.misfit {
            Misfit::Inexact => Error::new(
                ErrorKind::Value,
                format!(
                    "{place}: the value has no exact image as {}",
                    arrow_type::name(field.data_type())
                ),
            )
            .advise(advice(field.data_type())),
            Misfit::OtherType => Error::new(
                ErrorKind::Schema,
                format!(
                    "{place}: the database sends another type than its catalogue said, {}",
                    arrow_type::name(field.data_type())
                ),
            )
            .advise("was the table altered while the job began? run it again"),
            Misfit::Null => Error::new(
                ErrorKind::Schema,
                format!("{place}: NULL, where the catalogue says NOT NULL"),
            )
            .advise("was the table altered while the job began? run it again"),
        }
    }
}

fn advice(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Date32 | DataType::Timestamp(..) => {
            "zero, partial and infinite dates have none: --invalid-dates null writes NULL; or leave such rows out with --where, or the column with --columns"
        }
        DataType::List(element) if is_dated(element.data_type()) => {
            "arrays of several dimensions and with subscripts that don't begin at 1 have none, nor have infinite dates, of which --invalid-dates null makes NULL elements; leave such rows out with --where, or the column with --columns"
        }
        DataType::List(_) => {
            "arrays of several dimensions and with subscripts that don't begin at 1 have none, nor have those with an element that a column of its type could not hold: leave such rows out with --where, or the column with --columns"
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => {
            "nothing is rounded; NaN, infinities and numbers of more digits have none: leave such rows out with --where, or the column with --columns"
        }
        _ => {
            "times beyond 24 h and text that isn't UTF-8 have none: leave such rows out with --where, or the column with --columns"
        }
    }
}
