//! How PostgreSQL's values arrive: in its binary format in the wire source, and in the client library's types, with arrays as
//! text, in ConnectorX's own source.

mod binary;
mod binary_array;
mod element;
mod infinite;
mod literal;

use crate::arrow_type::is_dated;
use crate::destination::{CellEncoding, CellType, Decoder, Misfit, native};
use crate::source::text;
use arrow::datatypes::{DataType, Field, TimeUnit};
use infinite::{native_days, native_micros};

/// The cells of a binary copy.
#[derive(Debug)]
pub(super) struct PostgresBinary;

impl CellEncoding for PostgresBinary {
    fn decoder(&self, _cell_type: CellType, data_type: &DataType) -> Decoder {
        match data_type {
            DataType::List(element) => {
                let element = binary::decoder(element.data_type());
                Decoder::List(binary_array::read, Box::new(element))
            }
            data_type => binary::decoder(data_type),
        }
    }

    /// A numeric contains how many decimals to display.
    fn has_spellings(&self, data_type: &DataType) -> bool {
        matches!(
            data_type,
            DataType::Decimal128(..) | DataType::Decimal256(..)
        )
    }

    fn remedy(&self, misfit: Misfit, field: &Field) -> Option<String> {
        of_array(misfit, field.data_type())
    }
}

/// What ConnectorX's own source passes on; see `types` for what is sent as text.
#[derive(Debug)]
pub(super) struct PostgresValues;

impl CellEncoding for PostgresValues {
    fn decoder(&self, cell_type: CellType, data_type: &DataType) -> Decoder {
        match (cell_type, data_type) {
            (CellType::Text(_), DataType::List(element)) => {
                let element = element::decoder(element.data_type());
                Decoder::List(literal::read, Box::new(element))
            }
            (CellType::Text(_), data_type) => text::spelled_out(data_type),
            (CellType::Date(_), DataType::Date32) => Decoder::days(native_days),
            (CellType::DateTime(_) | CellType::Instant(_), data_type) if is_moment(data_type) => {
                Decoder::micros(native_micros)
            }
            _ => native(cell_type, data_type),
        }
    }

    fn remedy(&self, misfit: Misfit, field: &Field) -> Option<String> {
        of_array(misfit, field.data_type())
    }
}

/// What to do about an array that a list can't represent.
fn of_array(misfit: Misfit, data_type: &DataType) -> Option<String> {
    let element = match data_type {
        DataType::List(element) if misfit != Misfit::NoDate => element,
        _ => return None,
    };
    let others = if is_dated(element.data_type()) {
        "infinite dates; --invalid-dates null turns infinite dates into NULL elements and counts them"
    } else {
        "elements that a column of their type couldn't hold"
    };
    Some(format!(
        "leave such rows out with --where, or the column with --columns: a list can't represent arrays with several dimensions, \
         subscripts that don't begin at 1, or {others}"
    ))
}

/// Whether a type's values are timestamps in microseconds.
fn is_moment(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(TimeUnit::Microsecond, _))
}

#[cfg(test)]
mod tests;
