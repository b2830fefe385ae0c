//! How MySQL and MariaDB encode their values: as text in the native source, and as the client library's types in
//! ConnectorX's own source.

use crate::destination::{CellEncoding, CellType, Decoder, Fit, Misfit, days, fixed, native};
use crate::source::text;
use arrow::datatypes::DataType;
use chrono::NaiveDate;

/// The text protocol's cells.
#[derive(Debug)]
pub(super) struct MySqlText;

impl CellEncoding for MySqlText {
    fn decoder(&self, _cell_type: CellType, data_type: &DataType) -> Decoder {
        text::decoder(data_type)
    }

    /// The server writes as many fractional digits of a second as the column has.
    fn has_spellings(&self, data_type: &DataType) -> bool {
        matches!(data_type, DataType::Timestamp(..))
    }
}

/// What ConnectorX's own source delivers. See `types` for what travels as text or as a number.
#[derive(Debug)]
pub(super) struct MySqlValues;

impl CellEncoding for MySqlValues {
    fn decoder(&self, cell_type: CellType, data_type: &DataType) -> Decoder {
        match (cell_type, data_type) {
            (CellType::Text(_) | CellType::OwnedText(_), data_type) => text::spelled_out(data_type),
            (CellType::UInt64(_), DataType::Date32) => Decoder::days(date),
            _ => native(cell_type, data_type),
        }
    }
}

fn date(cell: &[u8]) -> Fit<i32> {
    date_from_number(u64::from_le_bytes(fixed(cell)?)).ok_or(Misfit::NoDate)
}

/// Reads `20001231`, as MySQL casts a DATE to a number. Returns `None` for zero and partial dates.
fn date_from_number(number: u64) -> Option<i32> {
    let year = i32::try_from(number / 10_000).ok()?;
    let month = u32::try_from(number / 100 % 100).ok()?;
    let day = u32::try_from(number % 100).ok()?;
    NaiveDate::from_ymd_opt(year, month, day).map(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_numbers_are_days_since_1970_and_zero_dates_are_none() {
        assert_eq!(date_from_number(19_691_231), Some(-1));
        assert_eq!(date_from_number(99_991_231), Some(2_932_896));
        for zero_or_partial in [0, 20_000_000, 20_000_100, 20_000_230] {
            assert_eq!(date_from_number(zero_or_partial), None);
        }
    }
}
