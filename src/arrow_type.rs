//! Arrow types: their names, as the plan, the manifest and errors show them, and which of them hold dates.

use arrow::datatypes::DataType;

/// The type as arrow-rs prints it; a list by its elements' type: `List(Int32)`.
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::List(element) => format!("List({})", name(element.data_type())),
        other => other.to_string(),
    }
}

/// Whether a column of this type can hold invalid dates.
pub(crate) fn is_dated(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date32 | DataType::Timestamp(..))
}
