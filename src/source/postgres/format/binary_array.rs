//! PostgreSQL's arrays in its binary format, as `array_send` writes them.
//!
//! The number of dimensions, whether any element is NULL, and the elements' type; for each dimension its length and lower
//! bound; then each element after its length, −1 for NULL. All numbers have four bytes, in big-endian order.

use crate::destination::{Fit, Misfit};

/// The server's own limit (`MAXDIM`).
const MAX_DIMENSIONS: i32 = 6;

/// Passes the elements to `take` one after the other, `None` for NULL.
pub(super) fn read(bytes: &[u8], take: &mut dyn FnMut(Option<&[u8]>) -> Fit<()>) -> Fit<()> {
    let mut array = BinaryArray::begin(bytes)?;
    while let Some(element) = array.next()? {
        take(element)?;
    }
    Ok(())
}

/// An array, read element by element. Nothing is allocated, whatever lengths it claims.
///
/// Bytes that are not an array are [`Misfit::OtherType`]. An array that a list can't represent (with several dimensions, or
/// with subscripts that don't begin at 1) is [`Misfit::Inexact`].
struct BinaryArray<'a> {
    rest: &'a [u8],
    /// Elements that remain to be read.
    left: i32,
}

impl<'a> BinaryArray<'a> {
    fn begin(bytes: &'a [u8]) -> Result<Self, Misfit> {
        let (dimensions, rest) = number(bytes)?;
        let (has_nulls, rest) = number(rest)?;
        let (_element_type, rest) = number(rest)?;
        match (dimensions, has_nulls) {
            (0, 0 | 1) => Ok(Self { rest, left: 0 }),
            (1, 0 | 1) => Self::of_one_dimension(rest),
            (2..=MAX_DIMENSIONS, 0 | 1) => Err(Misfit::Inexact),
            _ => Err(Misfit::OtherType),
        }
    }

    fn of_one_dimension(rest: &'a [u8]) -> Result<Self, Misfit> {
        let (length, rest) = number(rest)?;
        let (lower_bound, rest) = number(rest)?;
        match (length, lower_bound) {
            (..0, _) => Err(Misfit::OtherType),
            (_, 1) => Ok(Self { rest, left: length }),
            _ => Err(Misfit::Inexact),
        }
    }

    /// The next element, where an inner `None` is NULL; `None` after the last one.
    #[expect(clippy::option_option, reason = "NULL is also an element")]
    fn next(&mut self) -> Fit<Option<Option<&'a [u8]>>> {
        if self.left == 0 {
            return if self.rest.is_empty() {
                Ok(None)
            } else {
                Err(Misfit::OtherType)
            };
        }
        self.left -= 1;
        let (length, rest) = number(self.rest)?;
        self.rest = rest;
        if length == -1 {
            return Ok(Some(None));
        }
        let (element, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length))
            .ok_or(Misfit::OtherType)?;
        self.rest = rest;
        Ok(Some(Some(element)))
    }
}

fn number(bytes: &[u8]) -> Result<(i32, &[u8]), Misfit> {
    let (number, rest) = bytes.split_first_chunk().ok_or(Misfit::OtherType)?;
    Ok((i32::from_be_bytes(*number), rest))
}
