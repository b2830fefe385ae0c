//! An estimate of how large the result can become.

use super::Plan;
use arrow::datatypes::DataType;

/// Bytes assumed for a text or binary value whose type has no length, and for a list.
pub(super) const UNKNOWN_BYTES: u64 = 16;

/// At most this is assumed for a declared length: `VARCHAR(4000)` seldom holds 4,000 characters.
const MAX_DECLARED_BYTES: u64 = 64;

impl Plan {
    /// Bytes of the result if every row were distinct: the catalog's estimate of the rows times a typical width of each
    /// column, without compression and without the quotes and names of text formats. `None` if a table has no estimate.
    pub fn estimated_bytes(&self) -> Option<u64> {
        let widths = self
            .columns
            .iter()
            .map(|column| typical_bytes(&column.data_type, &column.sql_type));
        Some(self.estimated_rows()?.saturating_mul(widths.sum()))
    }
}

pub(super) fn typical_bytes(data_type: &DataType, sql_type: &str) -> u64 {
    match data_type {
        DataType::Boolean => 1,
        DataType::List(_) => UNKNOWN_BYTES,
        _ => match data_type.primitive_width() {
            Some(bytes) => bytes as u64,
            None => declared(sql_type).map_or(UNKNOWN_BYTES, |bytes| bytes.min(MAX_DECLARED_BYTES)),
        },
    }
}

/// The number in `VARCHAR(32)`, `character varying(32)`.
fn declared(sql_type: &str) -> Option<u64> {
    let (_, length) = sql_type.split_once('(')?;
    length.split_once(')')?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arrow_or_as_declared() {
        let text = |sql_type| typical_bytes(&DataType::Utf8, sql_type);
        assert_eq!(typical_bytes(&DataType::Int64, "bigint(20)"), 8);
        assert_eq!(
            typical_bytes(&DataType::Decimal256(65, 30), "decimal(65,30)"),
            32
        );
        assert_eq!(typical_bytes(&DataType::Boolean, "boolean"), 1);
        assert_eq!(
            ["char(32)", "character varying(4000)", "text", "set('a(b)')"].map(text),
            [32, 64, 16, 16]
        );
    }
}
