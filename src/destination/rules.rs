//! The rules by which a unit's values are put into columns, whichever writer takes them.

use super::cell_type::CellType;
use super::column::Column;
use super::decoder::{CellEncoding, Decoder};
use super::fit::{Fit, Misfit, is_list_of_dated};
use super::misfit::{MisfitAt, SentRow};
use super::selection::Filter;
use super::shape::Shape;
use crate::arrow_type::is_dated;
use crate::job::InvalidDates;
use arrow::datatypes::{Field, SchemaRef};
use std::sync::Arc;

/// The plan's types, the source's format, and the job's rules for keys and dates.
#[derive(Clone)]
pub(super) struct Rules {
    pub shape: Shape,
    pub format: &'static dyn CellEncoding,
    pub filter: Filter,
}

impl Rules {
    pub fn columns(&self) -> Vec<Column> {
        let fields = self.shape.kept().fields().iter();
        let mut columns: Vec<_> = fields.map(|field| Column::new(field.data_type())).collect();
        if self.nulls_dates() {
            columns.iter_mut().for_each(Column::null_invalid_dates);
        }
        for (column, (rows, bytes)) in columns.iter_mut().zip(self.shape.expected()) {
            column.reserve(rows, bytes);
        }
        columns
    }

    /// The decoder of each column that is sent. Locators are kept as they are.
    pub fn decoders(&self, cell_types: &[CellType]) -> Vec<Decoder> {
        let columns = self.schema().fields().iter().zip(cell_types).enumerate();
        let decoder = |(column, (field, cell_type)): (usize, (&Arc<Field>, &CellType))| {
            if column < self.shape.columns() {
                self.format.decoder(*cell_type, field.data_type())
            } else {
                Decoder::Bytes
            }
        };
        columns.map(decoder).collect()
    }

    fn nulls_dates(&self) -> bool {
        self.filter.invalid_dates == InvalidDates::Null
    }

    /// Columns of lists whose elements can become NULL.
    pub fn dated_lists(&self) -> Vec<usize> {
        let columns = self.schema().fields().iter().enumerate();
        let columns =
            columns.filter(|(_, field)| self.nulls_dates() && is_list_of_dated(field.data_type()));
        columns.map(|(column, _)| column).collect()
    }

    /// Puts a NULL, if the column is nullable.
    pub fn put_null(&self, column: usize, to: &mut Column) -> Fit<()> {
        if !self.schema().field(column).is_nullable() {
            return Err(Misfit::Null);
        }
        to.push_null();
        Ok(())
    }

    /// Whether a value that doesn't fit becomes NULL.
    pub fn nulls(&self, column: usize, misfit: Misfit) -> bool {
        misfit == Misfit::NoDate
            && self.nulls_dates()
            && is_dated(self.schema().field(column).data_type())
    }

    /// Whether a value must be refused immediately: the row is compared by it, or its type shows that the table has changed.
    pub fn needs(&self, column: usize, misfit: Misfit) -> bool {
        misfit == Misfit::OtherType || self.filter.key.contains(&column)
    }

    /// A value that doesn't fit, with its place.
    pub fn misfit(&self, row: SentRow, column: usize, misfit: Misfit, candidate: u64) -> MisfitAt {
        MisfitAt {
            candidate,
            row,
            column,
            misfit,
            format: self.format,
        }
    }

    /// The columns as they are sent.
    pub fn schema(&self) -> &SchemaRef {
        self.shape.sent()
    }
}
