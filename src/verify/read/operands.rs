//! The operands that follow pickle's opcodes.

use super::Unread;
use std::io::{BufRead, Read};

/// A pickle that is read byte by byte.
pub(super) struct Operands<R>(pub R);

impl<R: BufRead> Operands<R> {
    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Unread> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Unread> {
        self.array().map(|[byte]| byte)
    }

    /// A length of `N` bytes, the lowest first, and as many bytes as it says. What is missing is not allocated.
    pub(super) fn counted<const N: usize>(&mut self) -> Result<Vec<u8>, Unread> {
        let length = self
            .array::<N>()?
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let mut bytes = Vec::new();
        self.0.by_ref().take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            return Err(Unread::content("it ends within a value"));
        }
        Ok(bytes)
    }

    /// A two's complement integer of one length byte and up to 16 more, the lowest first.
    pub(super) fn long(&mut self) -> Result<i128, Unread> {
        let bytes = self.counted::<1>()?;
        let negative = bytes.last().is_some_and(|high| *high >= 0x80);
        let mut value = if negative { [0xff; 16] } else { [0; 16] };
        match value.get_mut(..bytes.len()) {
            Some(low) => low.copy_from_slice(&bytes),
            None => return Err(Unread::content("an integer of more than 16 bytes")),
        }
        Ok(i128::from_le_bytes(value))
    }

    /// Whether nothing follows.
    pub(super) fn at_end(&mut self) -> Result<bool, Unread> {
        Ok(self.0.fill_buf()?.is_empty())
    }
}
