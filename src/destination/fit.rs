//! Whether a value fits its column. It fits exactly or not at all.

use crate::arrow_type::is_dated;
use arrow::datatypes::DataType;

/// Why a value can't be put into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// The column's type can't represent the value exactly.
    Inexact,
    /// An invalid date: zero, partial, infinite, or a day that doesn't exist.
    NoDate,
    /// Text that isn't a date, or a date in a spelling that isn't read.
    OtherSpelling,
    /// A time whose seconds have more than six decimal places.
    TooFine,
    /// A date with a time of day, in a column of dates.
    NotMidnight,
    /// A timestamp with a time zone, in a column of timestamps without one.
    Zoned,
    /// A timestamp without a time zone, in a column of instants.
    Zoneless,
    /// A value of another type than the plan expects.
    OtherType,
    /// NULL in a NOT NULL column.
    Null,
}

/// A value that fits, or why it doesn't.
pub(crate) type Fit<T> = Result<T, Misfit>;

/// Whether a column holds lists of dates or timestamps.
pub(super) fn is_list_of_dated(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(element) => is_dated(element.data_type()),
        _ => false,
    }
}
