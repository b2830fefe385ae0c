//! The types in which values travel from a ConnectorX source to firstseen's destination.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use connectorx::impl_typesystem;

/// ConnectorX's type system for [`super::UnitDestination`]. The flag says whether values can be NULL.
#[derive(Debug, Clone, Copy)]
pub enum CellType {
    /// A Boolean.
    Bool(bool),
    /// A signed 8-bit integer.
    Int8(bool),
    /// A signed 16-bit integer.
    Int16(bool),
    /// A signed 32-bit integer.
    Int32(bool),
    /// A signed 64-bit integer.
    Int64(bool),
    /// An unsigned 8-bit integer.
    UInt8(bool),
    /// An unsigned 16-bit integer.
    UInt16(bool),
    /// An unsigned 32-bit integer.
    UInt32(bool),
    /// An unsigned 64-bit integer.
    UInt64(bool),
    /// A 32-bit floating-point number.
    Float32(bool),
    /// A 64-bit floating-point number.
    Float64(bool),
    /// Text that the source owns.
    Text(bool),
    /// Text that the source had to allocate.
    OwnedText(bool),
    /// A cell in the source's own format.
    Cell(bool),
    /// Bytes that the source had to allocate.
    OwnedBytes(bool),
    /// A date.
    Date(bool),
    /// A date and time without a time zone.
    DateTime(bool),
    /// An instant.
    Instant(bool),
}

impl_typesystem! {
    system = CellType,
    mappings = {
        { Bool       => bool }
        { Int8       => i8 }
        { Int16      => i16 }
        { Int32      => i32 }
        { Int64      => i64 }
        { UInt8      => u8 }
        { UInt16     => u16 }
        { UInt32     => u32 }
        { UInt64     => u64 }
        { Float32    => f32 }
        { Float64    => f64 }
        { Text       => &'r str }
        { OwnedText  => String }
        { Cell       => &'r [u8] }
        { OwnedBytes => Vec<u8> }
        { Date       => NaiveDate }
        { DateTime   => NaiveDateTime }
        { Instant    => DateTime<Utc> }
    }
}

/// A value from one of ConnectorX's own sources as the bytes of a cell: numbers in little-endian order, dates as days and
/// timestamps as microseconds since 1970.
pub(super) trait Carry {
    fn with_cell<R>(&self, use_cell: impl FnOnce(&[u8]) -> R) -> R;
}

macro_rules! carry {
    ($($type:ty => $self:ident $cell:expr,)+) => {
        $(impl Carry for $type {
            fn with_cell<R>(&$self, use_cell: impl FnOnce(&[u8]) -> R) -> R {
                use_cell(&$cell)
            }
        })+
    };
}

carry! {
    bool => self [u8::from(*self)],
    i8 => self self.to_le_bytes(),
    i16 => self self.to_le_bytes(),
    i32 => self self.to_le_bytes(),
    i64 => self self.to_le_bytes(),
    u8 => self self.to_le_bytes(),
    u16 => self self.to_le_bytes(),
    u32 => self self.to_le_bytes(),
    u64 => self self.to_le_bytes(),
    f32 => self self.to_bits().to_le_bytes(),
    f64 => self self.to_bits().to_le_bytes(),
    &str => self *self.as_bytes(),
    String => self *self.as_bytes(),
    Vec<u8> => self **self,
    NaiveDate => self days(*self).to_le_bytes(),
    NaiveDateTime => self self.and_utc().timestamp_micros().to_le_bytes(),
    DateTime<Utc> => self self.timestamp_micros().to_le_bytes(),
}

/// Days from 0001-01-01, which chrono counts as 1, to 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

/// Days since 1970-01-01.
pub(crate) fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - UNIX_EPOCH_FROM_CE
}
