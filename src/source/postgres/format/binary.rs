//! PostgreSQL's binary format, one parser per type: from a cell's bytes to the bits that its Arrow type stores, exactly or
//! not at all. A cell of the wrong length is taken to be of another type.

use super::is_moment;
use crate::destination::{Decoder, Fit, Misfit, fixed};
use arrow::datatypes::{DataType, TimeUnit, i256};

/// Days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const EPOCH_DAYS: i32 = 10_957;
const MICROS_PER_DAY: i64 = 86_400_000_000;
const EPOCH_MICROS: i64 = 10_957 * MICROS_PER_DAY;

/// The decoder of a column's values or, for an array, its elements.
pub(super) fn decoder(data_type: &DataType) -> Decoder {
    use DataType as T;
    match *data_type {
        T::Boolean => Decoder::truth(truth),
        T::Int16 => Decoder::bits16(|cell| fixed(cell).map(u16::from_be_bytes)),
        T::Int32 | T::UInt32 | T::Float32 => {
            Decoder::bits32(|cell| fixed(cell).map(u32::from_be_bytes))
        }
        T::Int64 | T::Float64 => Decoder::bits64(|cell| fixed(cell).map(u64::from_be_bytes)),
        T::Date32 => Decoder::days(date),
        T::Time64(TimeUnit::Microsecond) => Decoder::micros(time),
        ref moment if is_moment(moment) => Decoder::micros(timestamp),
        T::Decimal128(precision, scale) => {
            Decoder::bits128(move |cell| decimal128(cell, precision, scale))
        }
        T::Decimal256(precision, scale) => {
            Decoder::bits256(move |cell| decimal256(cell, precision, scale))
        }
        T::Utf8 => Decoder::Text,
        T::Binary => Decoder::Bytes,
        _ => Decoder::None,
    }
}

fn truth(cell: &[u8]) -> Fit<bool> {
    match cell {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(Misfit::OtherType),
    }
}

/// Days since 1970-01-01. The smallest and the largest number stand for the infinities.
fn date(cell: &[u8]) -> Fit<i32> {
    let days = i32::from_be_bytes(fixed(cell)?);
    if days == i32::MIN || days == i32::MAX {
        return Err(Misfit::NoDate);
    }
    days.checked_add(EPOCH_DAYS).ok_or(Misfit::Inexact)
}

/// Microseconds since 1970. The smallest and the largest number stand for the infinities.
fn timestamp(cell: &[u8]) -> Fit<i64> {
    let micros = i64::from_be_bytes(fixed(cell)?);
    if micros == i64::MIN || micros == i64::MAX {
        return Err(Misfit::NoDate);
    }
    micros.checked_add(EPOCH_MICROS).ok_or(Misfit::Inexact)
}

/// Microseconds since midnight. `24:00:00`, which PostgreSQL accepts, can't be represented.
fn time(cell: &[u8]) -> Fit<i64> {
    let micros = i64::from_be_bytes(fixed(cell)?);
    let in_day = (0..MICROS_PER_DAY).contains(&micros);
    in_day.then_some(micros).ok_or(Misfit::Inexact)
}

/// A numeric as a multiple of `10^-scale`, if it has at most `precision` digits and needs no rounding.
fn decimal128(cell: &[u8], precision: u8, scale: i8) -> Fit<i128> {
    let numeric = Numeric::read(cell)?;
    let number = numeric.unscaled(scale, |number: i128, factor, digits| {
        number
            .checked_mul(factor.into())?
            .checked_add(digits.into())
    })?;
    let bound = 10_i128.checked_pow(precision.into());
    match bound.is_some_and(|bound| number < bound) {
        true if numeric.negative => Ok(-number),
        true => Ok(number),
        false => Err(Misfit::Inexact),
    }
}

/// Like [`decimal128`], for up to 76 digits.
fn decimal256(cell: &[u8], precision: u8, scale: i8) -> Fit<i256> {
    let numeric = Numeric::read(cell)?;
    let wide = |number: u16| i256::from_i128(number.into());
    let number = numeric.unscaled(scale, |number: i256, factor, digits| {
        number.checked_mul(wide(factor))?.checked_add(wide(digits))
    })?;
    let bound = wide(10).checked_pow(precision.into());
    match bound.is_some_and(|bound| number < bound) {
        true if numeric.negative => Ok(number.wrapping_neg()),
        true => Ok(number),
        false => Err(Misfit::Inexact),
    }
}

/// Decimal digits in a group of a numeric.
const GROUP_DIGITS: i32 = 4;
/// One more than the largest group.
const GROUP: u16 = 10_000;

/// A numeric that is a finite number, as groups of four digits.
/// <https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c> (`numeric_send`)
struct Numeric<'a> {
    negative: bool,
    /// The number of groups before the decimal point, minus one; negative if zeros follow the point.
    weight: i16,
    groups: &'a [[u8; 2]],
}

impl<'a> Numeric<'a> {
    fn read(cell: &'a [u8]) -> Fit<Self> {
        const POSITIVE: u16 = 0x0000;
        const NEGATIVE: u16 = 0x4000;
        const NAN: u16 = 0xc000;
        const INFINITY: u16 = 0xd000;
        const MINUS_INFINITY: u16 = 0xf000;
        let (words, []) = cell.as_chunks::<2>() else {
            return Err(Misfit::OtherType);
        };
        // The fourth word is the number of decimals to display, which the column's type says, too.
        let [count, weight, sign, _, groups @ ..] = words else {
            return Err(Misfit::OtherType);
        };
        let negative = match u16::from_be_bytes(*sign) {
            POSITIVE => false,
            NEGATIVE => true,
            NAN | INFINITY | MINUS_INFINITY => return Err(Misfit::Inexact),
            _ => return Err(Misfit::OtherType),
        };
        if usize::from(u16::from_be_bytes(*count)) != groups.len() {
            return Err(Misfit::OtherType);
        }
        Ok(Self {
            negative,
            weight: i16::from_be_bytes(*weight),
            groups,
        })
    }

    /// Its absolute value as a multiple of `10^-scale`. `push` returns `number · factor + digits`, unless that overflows.
    fn unscaled<N: Default>(&self, scale: i8, push: impl Fn(N, u16, u16) -> Option<N>) -> Fit<N> {
        let mut number = N::default();
        // The power of ten by which the group's last digit counts.
        let mut power = i32::from(self.weight) * GROUP_DIGITS + i32::from(scale);
        for group in self.groups {
            let digits = u16::from_be_bytes(*group);
            if digits >= GROUP {
                return Err(Misfit::OtherType);
            }
            let beyond_scale = ten_to(-power);
            if digits % beyond_scale != 0 {
                return Err(Misfit::Inexact);
            }
            let pushed = push(number, GROUP / beyond_scale, digits / beyond_scale);
            number = pushed.ok_or(Misfit::Inexact)?;
            power -= GROUP_DIGITS;
        }
        // Trailing groups of zeros are not sent.
        let mut zeros = power + GROUP_DIGITS;
        while zeros > 0 && !self.groups.is_empty() {
            number = push(number, ten_to(zeros), 0).ok_or(Misfit::Inexact)?;
            zeros -= GROUP_DIGITS;
        }
        Ok(number)
    }
}

/// A power of ten, at most that of a whole group.
fn ten_to(power: i32) -> u16 {
    match power {
        ..=0 => 1,
        1 => 10,
        2 => 100,
        3 => 1000,
        _ => GROUP,
    }
}

#[cfg(test)]
mod tests;
