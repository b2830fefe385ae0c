//! Values that no image fits, and what is said of them.
//!
//! A value is refused if its row is written: whether the filter drops a duplicate while it is read or `unique` afterwards
//! depends on how fast the tables come, and what a job says must not.

use super::decoder::CellEncoding;
use super::fit::Misfit;
use crate::{Error, ErrorKind, arrow_type};
use arrow::datatypes::{DataType, Field, Schema};

/// A row as the database sent it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SentRow {
    /// From 1.
    pub number: u64,
    /// The database's own id of it.
    pub id: Option<i64>,
}

impl SentRow {
    /// Adds this row and a column of it to an error.
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
    /// As the job's error.
    pub fn refused(&self, schema: &Schema) -> Error {
        let field = schema.field(self.column);
        let (kind, what) = match self.misfit {
            Misfit::OtherType => (
                ErrorKind::Schema,
                format!(
                    "the database sends another type than its catalogue said, {}",
                    arrow_type::name(field.data_type())
                ),
            ),
            Misfit::Null => (
                ErrorKind::Schema,
                "NULL, where the catalogue says NOT NULL".to_owned(),
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
                "was the table altered while the job began? run it again".to_owned()
            }
            (Misfit::NoDate, remedy) => format!(
                "--invalid-dates null writes NULL for it, and counts it; {}",
                remedy
                    .as_deref()
                    .unwrap_or("or leave such rows out with --where, or the column with --columns")
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
        Misfit::NoDate => "a date that no calendar has".to_owned(),
        Misfit::OtherSpelling => format!("text that isn't read as {name}"),
        Misfit::TooFine => format!("more than six digits behind the second: {name} would round it"),
        Misfit::NotMidnight => "a time of the day, in a column of dates".to_owned(),
        Misfit::Zoned => format!("a time with a zone, in a column of {name}, which has none"),
        Misfit::Zoneless => format!("a time without a zone, in a column of {name}"),
        _ => format!("the value has no exact image as {name}"),
    }
}

fn advice(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Date32 | DataType::Timestamp(..) => {
            "it is beyond the years that the type holds: read a view that casts it to text, or leave such rows out with --where"
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => {
            "nothing is rounded; NaN, infinities and numbers of more digits have none: leave such rows out with --where, or the column with --columns"
        }
        _ => {
            "times beyond 24 h and text that isn't UTF-8 have none: leave such rows out with --where, or the column with --columns"
        }
    }
}
