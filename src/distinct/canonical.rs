//! The bytes by which keys compare, for other programs that compare them.

use super::failed;
use super::unique::{as_rows, is_text};
use crate::Result;
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray};
use arrow::datatypes::DataType;

/// Keys as bytes: those of two rows are the same exactly where their keys are.
#[derive(Debug)]
pub(crate) struct CanonicalKeys {
    /// Without nulls; empty for a key that is NULL.
    pub bytes: BinaryArray,
    /// Whether a part of the key is NULL.
    pub is_null: BooleanArray,
}

/// The keys that these columns form. The bytes depend only on the values and on this program's version: text and binary keys of one
/// column are themselves, and all others are in arrow-rs's row format.
pub(crate) fn canonical_keys(columns: &[ArrayRef]) -> Result<CanonicalKeys> {
    let rows = columns.first().map_or(0, Array::len);
    let is_null = |row: usize| columns.iter().any(|column| column.is_null(row));
    let is_null: BooleanArray = (0..rows).map(|row| Some(is_null(row))).collect();
    let bytes = match columns {
        [column] if is_text(column.data_type()) => binary(column),
        _ => as_rows(columns).map_err(failed)?,
    };
    let has_nulls = is_null.true_count() > 0;
    Ok(CanonicalKeys {
        bytes: if has_nulls {
            emptied(&bytes, &is_null)
        } else {
            bytes
        },
        is_null,
    })
}

fn binary(column: &ArrayRef) -> BinaryArray {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().clone().into(),
        _ => column.as_binary::<i32>().clone(),
    }
}

fn emptied(bytes: &BinaryArray, is_null: &BooleanArray) -> BinaryArray {
    let mut emptied = BinaryBuilder::with_capacity(bytes.len(), bytes.value_data().len());
    for (row, is_null) in is_null.values().iter().enumerate() {
        emptied.append_value(if is_null { &[] } else { bytes.value(row) });
    }
    emptied.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray};
    use std::sync::Arc;

    fn bytes(columns: &[ArrayRef]) -> Vec<Vec<u8>> {
        let keys = canonical_keys(columns).unwrap();
        assert_eq!(keys.bytes.null_count(), 0);
        keys.bytes.iter().flatten().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn a_text_is_its_own_key_and_a_null_is_marked() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![
            Some("a"),
            None,
            Some(""),
            Some("a\0"),
        ]));
        let keys = canonical_keys(std::slice::from_ref(&texts)).unwrap();
        let is_null: Vec<bool> = keys.is_null.values().iter().collect();
        assert_eq!(is_null, [false, true, false, false]);
        assert_eq!(bytes(&[texts]), [&b"a"[..], b"", b"", b"a\0"]);
    }

    #[test]
    fn keys_of_several_columns_are_equal_where_all_parts_are() {
        let first: ArrayRef = Arc::new(StringArray::from(vec!["ab", "a", "ab", "ab"]));
        let second: ArrayRef = Arc::new(StringArray::from(vec!["c", "bc", "c", ""]));
        let keys = bytes(&[first, second]);
        assert_eq!(keys[0], keys[2]);
        assert!(keys[0] != keys[1] && keys[0] != keys[3]);
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![-1, 1, -1]));
        let keys = bytes(&[numbers]);
        assert!(keys[0] == keys[2] && keys[0] != keys[1]);
    }
}
