//! Whether a Parquet dictionary is worthwhile for a column: only if values repeat.

use arrow::array::{Array, ArrayData};
use arrow::datatypes::DataType;
use std::collections::HashSet;

/// Number of values to look at: enough to distinguish repeating values from distinct ones, and fast.
const SAMPLE_ROWS: usize = 1024;

/// Whether at most half of the first values of a canonical column are distinct. The answer depends only on the values.
pub(super) fn pays(column: &dyn Array) -> bool {
    let sample = column.len().min(SAMPLE_ROWS);
    let distinct = values(&column.to_data(), sample);
    distinct.is_some_and(|count| count <= sample / 2)
}

/// The number of distinct values among the first `sample`; `None` for a type that has no dictionary.
fn values(data: &ArrayData, sample: usize) -> Option<usize> {
    if let Some(width) = data.data_type().primitive_width() {
        let cells = data.buffers().first()?.as_slice().chunks_exact(width);
        return Some(cells.take(sample).collect::<HashSet<_>>().len());
    }
    if !matches!(data.data_type(), DataType::Utf8 | DataType::Binary) {
        return None;
    }
    let [offsets, bytes] = data.buffers() else {
        return None;
    };
    let offsets = offsets.typed_data::<i32>().windows(2).take(sample);
    let cells = offsets.filter_map(|ends| {
        let [start, end] = *ends else { return None };
        bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    });
    Some(cells.collect::<HashSet<_>>().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BooleanArray, Int64Array, StringArray};

    #[test]
    fn a_dictionary_pays_if_values_repeat() {
        let repeating: StringArray = (0..5000).map(|row| Some((row % 2).to_string())).collect();
        let distinct: StringArray = (0..5000).map(|row| Some(row.to_string())).collect();
        assert!(pays(&repeating));
        assert!(!pays(&distinct));
        assert!(pays(
            &(0..5000).map(|row| row % 500).collect::<Int64Array>()
        ));
        assert!(!pays(&(0..5000).collect::<Int64Array>()));
        assert!(!pays(&BooleanArray::from(vec![true; 5000])));
    }
}
