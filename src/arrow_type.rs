//! Names of Arrow types, as plan, manifest and errors show them.

use arrow::datatypes::DataType;

/// As arrow-rs prints it; a list by what its elements are: `List(Int32)`.
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::List(element) => format!("List({})", name(element.data_type())),
        other => other.to_string(),
    }
}
