//! What is asked of Arrow types: their names, as plan, manifest and errors show them, and their kind.

use arrow::datatypes::DataType;

/// As arrow-rs prints it; a list by what its elements are: `List(Int32)`.
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::List(element) => format!("List({})", name(element.data_type())),
        other => other.to_string(),
    }
}

/// Whether a column of this type may hold dates that no calendar has.
pub(crate) fn is_dated(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date32 | DataType::Timestamp(..))
}
