//! The keys of rows as they stand in a source's buffer.
//!
//! Most values compare as the bytes that the database sends. Where equal values may be written in different ways, or not be
//! what they seem, keys are read first: what is a duplicate must not depend on who reads the rows.

use super::carrier::Form;
use super::convert::{Misfit, comparable, is_dated};
use super::gate::WrittenRows;
use super::selection::{Filter, Keys};
use crate::job::InvalidDates;
use arrow::datatypes::{DataType, Schema};

/// How the key columns of written rows compare.
pub(super) struct KeyColumns {
    form: Form,
    /// By column: the type of a key that is read before it is compared.
    read: Vec<Option<DataType>>,
    invalid_dates: InvalidDates,
}

impl KeyColumns {
    pub fn new(form: Form, filter: &Filter, schema: &Schema) -> Self {
        let nulls_dates = filter.invalid_dates == InvalidDates::Null;
        let is_read = |column: usize, data_type: &DataType| {
            let nulled = nulls_dates && is_dated(data_type);
            filter.key.contains(&column) && (nulled || has_spellings(form, data_type))
        };
        let types = schema.fields().iter().map(|field| field.data_type());
        let read = types
            .enumerate()
            .map(|(column, data_type)| is_read(column, data_type).then(|| data_type.clone()));
        Self {
            form,
            read: read.collect(),
            invalid_dates: filter.invalid_dates,
        }
    }

    pub fn of<'a, R>(&'a self, chunk: &'a R) -> WrittenKeys<'a, R> {
        WrittenKeys {
            chunk,
            columns: self,
        }
    }
}

/// Whether equal values may come in different bytes: MySQL writes as many figures of a second as the column has; in SQLite
/// `2000-01-01`, `2000-01-01 00:00` and `2000-01-01T00:00:00` are one moment, and one date; PostgreSQL's numerics say how many
/// figures are to be shown.
fn has_spellings(form: Form, data_type: &DataType) -> bool {
    match form {
        Form::Text => matches!(data_type, DataType::Timestamp(..)),
        Form::Spelled => is_dated(data_type),
        Form::PostgresBinary => {
            matches!(
                data_type,
                DataType::Decimal128(..) | DataType::Decimal256(..)
            )
        }
    }
}

/// The keys of a chunk.
pub(super) struct WrittenKeys<'a, R> {
    chunk: &'a R,
    columns: &'a KeyColumns,
}

impl<R: WrittenRows> Keys for WrittenKeys<'_, R> {
    fn rows(&self) -> usize {
        self.chunk.rows()
    }

    fn with_cell<T>(
        &self,
        row: usize,
        column: usize,
        use_cell: impl FnOnce(Option<&[u8]>) -> T,
    ) -> T {
        let cell = self.chunk.cell(row, column);
        let (Some(data_type), Some(bytes)) = (&self.columns.read[column], cell) else {
            return use_cell(cell);
        };
        let nulls_dates = self.columns.invalid_dates == InvalidDates::Null;
        match comparable(data_type, self.columns.form.carried(bytes)) {
            Ok(value) => use_cell(Some(&value)),
            Err(Misfit::NoDate) if nulls_dates => use_cell(None),
            // A candidate by itself, which is refused when it is read.
            Err(_) => use_cell(cell),
        }
    }
}
