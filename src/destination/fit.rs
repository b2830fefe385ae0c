//! Whether a value fits its column: exactly, or not at all.

use crate::arrow_type::is_dated;
use arrow::datatypes::DataType;

/// Why a value can't be put into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// The value has no exact image in the column's type.
    Inexact,
    /// A date that no calendar has.
    NoDate,
    /// Text that is no date, or one in a spelling that isn't read.
    OtherSpelling,
    /// More than six figures behind the seconds.
    TooFine,
    /// A date with a time of the day, in a column of dates.
    NotMidnight,
    /// A moment of a zone, in a column of moments without.
    Zoned,
    /// A moment without a zone, in a column of instants.
    Zoneless,
    /// The database sends another type than the plan saw.
    OtherType,
    /// NULL in a column that may hold none.
    Null,
}

/// A value that fits, or why it doesn't.
pub(crate) type Fit<T> = Result<T, Misfit>;

/// Whether a column holds lists of dates or moments.
pub(super) fn is_list_of_dated(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(element) => is_dated(element.data_type()),
        _ => false,
    }
}
