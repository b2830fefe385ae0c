//! Arrow types: their names, as the plan, the manifest and errors show them, and which of them hold dates.

use arrow::datatypes::{DataType, Field};
use std::sync::Arc;

/// The type as arrow-rs prints it; a list by its elements' type: `List(Int32)`.
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::List(element) => format!("List({})", name(element.data_type())),
        other => other.to_string(),
    }
}

/// The type that [`name`] gives this name.
pub(crate) fn parse(name: &str) -> Option<DataType> {
    let element = name
        .strip_prefix("List(")
        .and_then(|rest| rest.strip_suffix(')'));
    match element {
        Some(element) => {
            let element = Field::new_list_field(parse(element)?, true);
            Some(DataType::List(Arc::new(element)))
        }
        None => name.parse().ok(),
    }
}

/// The name that [`name`] returns for a type whose name in a manifest is this one. Programs that were built with arrow-rs 56 called
/// `Timestamp(µs, "UTC")` by another name: `Timestamp(Microsecond, Some("UTC"))`.
pub(crate) fn current_name(recorded: &str) -> String {
    recorded
        .replace("(Microsecond, None)", "(µs)")
        .replace("(Microsecond, Some(\"UTC\"))", "(µs, \"UTC\")")
        .replace("(Microsecond)", "(µs)")
}

/// Whether a column of this type can hold invalid dates.
pub(crate) fn is_dated(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date32 | DataType::Timestamp(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::TimeUnit::Microsecond;

    #[test]
    fn names_of_earlier_manifests_become_those_of_today() {
        let in_utc = DataType::Timestamp(Microsecond, Some("UTC".into()));
        let days = DataType::List(Arc::new(Field::new("item", in_utc.clone(), true)));
        for (recorded, data_type) in [
            (
                "Timestamp(Microsecond, None)",
                DataType::Timestamp(Microsecond, None),
            ),
            ("Timestamp(Microsecond, Some(\"UTC\"))", in_utc),
            ("List(Timestamp(Microsecond, Some(\"UTC\")))", days),
            ("Time64(Microsecond)", DataType::Time64(Microsecond)),
            ("Duration(Microsecond)", DataType::Duration(Microsecond)),
            ("Decimal128(10, 2)", DataType::Decimal128(10, 2)),
        ] {
            let name = name(&data_type);
            assert_eq!(current_name(recorded), name);
            assert_eq!(current_name(&name), name);
            assert_eq!(parse(&name), Some(data_type));
        }
    }
}
