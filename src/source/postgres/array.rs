//! Arrays of PostgreSQL, and their exact images: lists.

use super::super::Image;
use arrow::datatypes::{DataType, Field};
use std::sync::Arc;

/// Elements that travel as they are, in the array's text and in its binary format.
const PLAIN: &str = "{}";
/// The array's text, by the elements' own output functions.
const AS_TEXT: &str = "{}::text";
/// The texts of the elements, by the cast that a single value has: it may write more than the output function (`inet`).
const AS_TEXTS: &str = "{}::text[]";
const AS_TEXTS_IN_TEXT: &str = "{}::text[]::text";

/// The image of an array whose elements have this image. Any element may be NULL.
pub(super) fn image(element: Image) -> Image {
    let by_itself = element.stock_select == PLAIN;
    // A text whose binary form is another (`uuid`) is turned into it value by value, and not within an array.
    let in_binary =
        element.wire_select == PLAIN && (by_itself || element.data_type != DataType::Utf8);
    Image {
        data_type: DataType::List(Arc::new(Field::new_list_field(element.data_type, true))),
        stock_select: if by_itself { AS_TEXT } else { AS_TEXTS_IN_TEXT },
        wire_select: if in_binary { PLAIN } else { AS_TEXTS },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_travel_as_single_values_do() {
        let selects = |stock_select, wire_select, data_type| {
            let list = image(Image {
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
