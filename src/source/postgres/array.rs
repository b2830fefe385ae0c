//! Type mappings of PostgreSQL's arrays, which are read as lists.

use super::super::TypeMapping;
use super::types;
use arrow::datatypes::{DataType, Field};
use postgres::types::{Kind, Oid, Type};
use std::sync::Arc;

/// Elements that are sent as they are, in the array's text or its binary format.
const PLAIN: &str = "{}";
/// The array's text, from the elements' own output functions.
const AS_TEXT: &str = "{}::text";
/// The texts of the elements, from the cast that a single value has: it can write more than the output function (`inet`).
const AS_TEXTS: &str = "{}::text[]";
const AS_TEXTS_IN_TEXT: &str = "{}::text[]::text";

/// The type mapping of an array whose elements have this one. Any element can be NULL.
pub(super) fn mapping(element: TypeMapping) -> TypeMapping {
    let is_plain = element.stock_select == PLAIN;
    // A value that is read as text but is binary on the wire (`uuid`) is converted one by one, not within an array.
    let in_binary =
        element.wire_select == PLAIN && (is_plain || element.data_type != DataType::Utf8);
    TypeMapping {
        data_type: DataType::List(Arc::new(Field::new_list_field(element.data_type, true))),
        stock_select: if is_plain { AS_TEXT } else { AS_TEXTS_IN_TEXT },
        wire_select: if in_binary { PLAIN } else { AS_TEXTS },
    }
}

/// Whether arrays of a type, in their binary format, can be read as lists of a planned type.
pub(super) fn fits(oid: Oid, element: &DataType) -> bool {
    let array = Type::from_oid(oid);
    match array.as_ref().map(Type::kind) {
        // Its elements aren't text in their binary format, so the plan casts them.
        Some(Kind::Array(member)) if *member == Type::UUID => false,
        Some(Kind::Array(member)) => types::fits(member.oid(), element),
        // Arrays of enums and domains.
        _ => oid >= types::FIRST_USER_OID,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_as_lists_of_what_their_elements_are() {
        assert!(fits(Type::INT4_ARRAY.oid(), &DataType::Int32));
        assert!(fits(Type::VARCHAR_ARRAY.oid(), &DataType::Utf8));
        assert!(
            fits(types::FIRST_USER_OID, &DataType::Int32),
            "an array of a domain"
        );
        for (other, element) in [
            (Type::INT8_ARRAY, DataType::Int32),
            (Type::INT4, DataType::Int32),
            (Type::INT4_ARRAY, DataType::Utf8),
            (Type::UUID_ARRAY, DataType::Utf8),
            (Type::POINT, DataType::Utf8),
        ] {
            assert!(!fits(other.oid(), &element), "{other}");
        }
    }

    #[test]
    fn elements_are_sent_as_single_values_are() {
        let selects = |stock_select, wire_select, data_type| {
            let list = mapping(TypeMapping {
                data_type,
                stock_select,
                wire_select,
            });
            (list.stock_select, list.wire_select)
        };
        let [text, numbers] = [DataType::Utf8, DataType::Decimal128(9, 2)];
        assert_eq!(selects("{}", "{}", text.clone()), ("{}::text", "{}"));
        let cast = ("{}::text[]::text", "{}::text[]");
        assert_eq!(selects("{}::text", "{}::text", text.clone()), cast);
        assert_eq!(selects("{}::text", "{}", text), cast, "uuid");
        assert_eq!(selects("{}::text", "{}", numbers), (cast.0, "{}"));
    }
}
