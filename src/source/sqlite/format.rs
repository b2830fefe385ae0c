//! How SQLite's values travel: numbers in eight bytes, as [`Storage`](super::storage::Storage) writes them, anything else as it
//! is stored.

use super::spelling;
use super::types::as_text;
use crate::arrow_type::is_dated;
use crate::destination::{CellEncoding, CellType, Decoder, Misfit, fixed};
use arrow::datatypes::{DataType, Field, TimeUnit};

/// The cells of a chunk.
#[derive(Debug)]
pub(super) struct SqliteStored;

impl CellEncoding for SqliteStored {
    fn decoder(&self, _cell_type: CellType, data_type: &DataType) -> Decoder {
        use DataType as T;
        match data_type {
            T::Int64 | T::Float64 => Decoder::bits64(|cell| fixed(cell).map(u64::from_le_bytes)),
            T::Utf8 => Decoder::Text,
            T::Binary => Decoder::Bytes,
            T::Date32 => Decoder::days(spelling::date),
            T::Timestamp(TimeUnit::Microsecond, None) => Decoder::micros(spelling::moment),
            T::Timestamp(TimeUnit::Microsecond, Some(_)) => Decoder::micros(spelling::instant),
            _ => Decoder::None,
        }
    }

    /// `2000-01-01`, `2000-01-01 00:00` and `2000-01-01T00:00:00` are one moment, and one date.
    fn has_spellings(&self, data_type: &DataType) -> bool {
        is_dated(data_type)
    }

    fn remedy(&self, misfit: Misfit, field: &Field) -> Option<String> {
        let name = field.name();
        let as_it_is = format!("{} reads every value as it stands", as_text(name));
        let other = match misfit {
            Misfit::Zoned => {
                format!("--column-type {name}=instant reads a column whose values all name a zone")
            }
            Misfit::Zoneless => format!(
                "--column-type {name}=datetime reads a column none of whose values names a zone"
            ),
            Misfit::NotMidnight => {
                format!("--column-type {name}=datetime reads dates with and without a time")
            }
            _ if is_dated(field.data_type()) => return Some(as_it_is),
            _ => {
                return Some(format!(
                    "a view that has CAST(\"{}\" AS BLOB) instead holds its bytes; or leave such rows out with --where, or the \
                     column with --columns",
                    name.replace('"', "\"\"")
                ));
            }
        };
        Some(format!("{other}; {as_it_is}"))
    }
}
