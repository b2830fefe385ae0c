//! The types in which values travel from a ConnectorX source to our destination.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use connectorx::impl_typesystem;

/// ConnectorX's type system of [`super::UnitDestination`]; the flag says whether NULL may come.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    /// A truth value.
    Bool(bool),
    /// An integer of 8 bits with a sign.
    Int8(bool),
    /// An integer of 16 bits with a sign.
    Int16(bool),
    /// An integer of 32 bits with a sign.
    Int32(bool),
    /// An integer of 64 bits with a sign.
    Int64(bool),
    /// An integer of 8 bits.
    UInt8(bool),
    /// An integer of 16 bits.
    UInt16(bool),
    /// An integer of 32 bits.
    UInt32(bool),
    /// An integer of 64 bits.
    UInt64(bool),
    /// A floating-point number of 32 bits.
    Float32(bool),
    /// A floating-point number of 64 bits.
    Float64(bool),
    /// Text that the source owns.
    Text(bool),
    /// Text that the source had to allocate.
    OwnedText(bool),
    /// A cell in the source's [`Form`].
    Cell(bool),
    /// Bytes that the source had to allocate.
    OwnedBytes(bool),
    /// A date.
    Date(bool),
    /// A date and time without a zone.
    DateTime(bool),
    /// An instant.
    Instant(bool),
}

/// How a source that asks the gate writes its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// In text; values of binary types are the bytes themselves.
    Text,
    /// As [`Form::Text`], but dates in any spelling: SQLite's.
    Spelled,
    /// In PostgreSQL's binary format.
    PostgresBinary,
}

impl Form {
    pub(super) fn carried(self, cell: &[u8]) -> Carried<'_> {
        match self {
            Self::Text => Carried::Written(cell),
            Self::Spelled => Carried::Spelled(cell),
            Self::PostgresBinary => Carried::Binary(cell),
        }
    }
}

impl_typesystem! {
    system = Carrier,
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

/// A value on its way, borrowed from whatever carries it.
#[derive(Clone, Copy)]
pub(super) enum Carried<'a> {
    Bool(bool),
    Int8(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    UInt8(u8),
    UInt16(u16),
    UInt32(u32),
    UInt64(u64),
    Float32(f32),
    Float64(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Cell(&'a [u8]),
    Date(NaiveDate),
    DateTime(NaiveDateTime),
    Instant(DateTime<Utc>),
    Written(&'a [u8]),
    Spelled(&'a [u8]),
    Binary(&'a [u8]),
}

/// What every type of [`Carrier`] can be borrowed as.
pub(super) trait Carry {
    fn carried(&self) -> Carried<'_>;
}

macro_rules! carry {
    ($($type:ty => $variant:ident($self:ident) $value:expr,)+) => {
        $(impl Carry for $type {
            fn carried(&$self) -> Carried<'_> {
                Carried::$variant($value)
            }
        })+
    };
}

carry! {
    bool => Bool(self) *self,
    i8 => Int8(self) *self,
    i16 => Int16(self) *self,
    i32 => Int32(self) *self,
    i64 => Int64(self) *self,
    u8 => UInt8(self) *self,
    u16 => UInt16(self) *self,
    u32 => UInt32(self) *self,
    u64 => UInt64(self) *self,
    f32 => Float32(self) *self,
    f64 => Float64(self) *self,
    &str => Text(self) self,
    String => Text(self) self,
    &[u8] => Cell(self) self,
    Vec<u8> => Bytes(self) self,
    NaiveDate => Date(self) *self,
    NaiveDateTime => DateTime(self) *self,
    DateTime<Utc> => Instant(self) *self,
}
