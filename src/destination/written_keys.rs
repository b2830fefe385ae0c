//! The keys of rows in a source's buffer.
//!
//! Most values compare as the bytes that the database sends. If equal values can be written in different ways, or a value
//! can be an invalid date, keys are decoded first: which rows are duplicates must not depend on the source that reads them.

use super::cell_type::CellType;
use super::decoder::{CellEncoding, Decoder};
use super::fit::Misfit;
use super::selection::{Filter, Keys};
use crate::arrow_type::is_dated;
use crate::job::InvalidDates;
use arrow::datatypes::{DataType, Schema};

/// A chunk of consecutive rows in a source's buffer.
pub(crate) trait WrittenRows {
    fn rows(&self) -> usize;

    /// A cell's bytes, `None` for NULL. Within a column, different values have different bytes.
    fn cell(&self, row: usize, column: usize) -> Option<&[u8]>;

    /// The database's own id for a row, for errors.
    fn row_id(&self, _row: usize) -> Option<i64> {
        None
    }
}

/// How the key columns of buffered rows compare.
pub(super) struct KeyColumns {
    /// By column, the decoder that reads a key before it is compared, if that is needed.
    read: Vec<Option<Decoder>>,
    invalid_dates: InvalidDates,
}

impl KeyColumns {
    pub fn new(format: &dyn CellEncoding, filter: &Filter, schema: &Schema) -> Self {
        let nulls_dates = filter.invalid_dates == InvalidDates::Null;
        let is_read = |column: usize, data_type: &DataType| {
            let nulled = nulls_dates && is_dated(data_type);
            filter.key.contains(&column) && (nulled || format.has_spellings(data_type))
        };
        let types = schema.fields().iter().map(|field| field.data_type());
        let read = types.enumerate().map(|(column, data_type)| {
            let decoder = || format.decoder(CellType::Cell(true), data_type);
            is_read(column, data_type).then(decoder)
        });
        Self {
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

/// A chunk's keys.
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
        let (Some(decoder), Some(bytes)) = (&self.columns.read[column], cell) else {
            return use_cell(cell);
        };
        let nulls_dates = self.columns.invalid_dates == InvalidDates::Null;
        match decoder.comparable(bytes) {
            Ok(value) => use_cell(Some(&value)),
            Err(Misfit::NoDate) if nulls_dates => use_cell(None),
            // Its own key: the row becomes a candidate, and is refused when it is read.
            Err(_) => use_cell(cell),
        }
    }
}
