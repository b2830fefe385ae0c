//! Values that don't fit their columns, and the errors about them.
//!
//! A value is refused only if its row is written. Whether the filter drops a duplicate while it is read, or `unique` drops
//! it afterwards, depends on how fast the tables are read; whether the job fails must not.

use super::decoder::CellEncoding;
use super::fit::Misfit;
use crate::{Error, ErrorKind, arrow_type};
use arrow::datatypes::{DataType, Field, Schema};

/// A row as the database sent it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SentRow {
    /// Counted from 1.
    pub number: u64,
    /// The database's own id for the row.
    pub id: Option<i64>,
}

impl SentRow {
    /// Adds this row and one of its columns to an error.
    pub fn locate(self, error: Error, column: &str) -> Error {
        error.in_row(self.number, self.id).in_column(column)
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
    pub(super) format: &'static dyn CellEncoding,
}

impl MisfitAt {
    /// The same value, with the number that its row has elsewhere.
    pub fn in_row(self, row: SentRow) -> Self {
        Self { row, ..self }
    }

    /// The error with which the job fails.
    pub fn refused(&self, schema: &Schema) -> Error {
        let field = schema.field(self.column);
        let (kind, what) = match self.misfit {
            Misfit::OtherType => (
                ErrorKind::Schema,
                format!(
                    "the database sent a type other than {}, which its catalog reported",
                    arrow_type::name(field.data_type())
                ),
            ),
            Misfit::Null => (
                ErrorKind::Schema,
                "the value is NULL, but the catalog reported NOT NULL".to_owned(),
            ),
            misfit => (ErrorKind::Value, inexact(misfit, field.data_type())),
        };
        let error = Error::new(kind, what).advise(self.advice(field));
        self.row.locate(error, field.name())
    }

    fn advice(&self, field: &Field) -> String {
        let remedy = self.format.remedy(self.misfit, field);
        match (self.misfit, remedy) {
            (Misfit::OtherType | Misfit::Null, _) => {
                "run the job again: the table may have been altered while the job was starting"
                    .to_owned()
            }
            (Misfit::NoDate, remedy) => format!(
                "use --invalid-dates null to write NULL for it and count it, or {}",
                remedy
                    .as_deref()
                    .unwrap_or("leave such rows out with --where, or the column with --columns")
            ),
            (_, Some(remedy)) => remedy,
            (_, None) => advice(field.data_type()).to_owned(),
        }
    }
}

/// What is wrong with a value.
fn inexact(misfit: Misfit, data_type: &DataType) -> String {
    let name = arrow_type::name(data_type);
    match misfit {
        Misfit::NoDate => {
            "the date is invalid: zero, partial, infinite, or a day that doesn't exist".to_owned()
        }
        Misfit::OtherSpelling => format!("the text can't be read as {name}"),
        Misfit::TooFine => {
            format!("the seconds have more than six decimal places, and {name} would round them")
        }
        Misfit::NotMidnight => "the value has a time of day, but the column holds dates".to_owned(),
        Misfit::Zoned => {
            format!("the value has a time zone, but the column's type, {name}, has none")
        }
        Misfit::Zoneless => {
            format!("the value has no time zone, but the column's type, {name}, has one")
        }
        _ => format!("the value can't be represented exactly as {name}"),
    }
}

fn advice(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Date32 | DataType::Timestamp(..) => {
            "read a view that casts it to text, or leave such rows out with --where: its year is outside the type's range"
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => {
            "read a view that casts it to text, or leave such rows out with --where, or the column with --columns: nothing is rounded, and the type can't hold NaN, infinities or more digits"
        }
        _ => {
            "leave such rows out with --where, or the column with --columns: times beyond 24 hours and text that isn't UTF-8 can't be written"
        }
    }
}
