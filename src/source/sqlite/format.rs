//! How SQLite's values are encoded: numbers in eight bytes, as [`Storage`](super::storage::Storage) writes them, anything
//! else as it is stored.

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

    /// `2000-01-01`, `2000-01-01 00:00` and `2000-01-01T00:00:00` are the same timestamp and the same date.
    fn has_spellings(&self, data_type: &DataType) -> bool {
        is_dated(data_type)
    }

    fn remedy(&self, misfit: Misfit, field: &Field) -> Option<String> {
        let name = field.name();
        let as_written = format!("{} to read every value as written", as_text(name));
        let other = match misfit {
            Misfit::Zoned => {
                format!("use --column-type {name}=instant if every value has a time zone")
            }
            Misfit::Zoneless => {
                format!("use --column-type {name}=datetime if no value has a time zone")
            }
            Misfit::NotMidnight => {
                format!("use --column-type {name}=datetime to read dates with and without a time")
            }
            _ if is_dated(field.data_type()) => return Some(format!("use {as_written}")),
            _ => {
                return Some(format!(
                    "read the bytes through a view that has CAST(\"{}\" AS BLOB) instead, or leave out such rows with \
                     --where or the column with --columns",
                    name.replace('"', "\"\"")
                ));
            }
        };
        Some(format!("{other}, or {as_written}"))
    }
}
