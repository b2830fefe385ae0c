//! The operands of pickle's opcodes.

use super::Unread;
use std::io::{BufRead, Read};

/// Reads a pickle byte by byte.
pub(super) struct Operands<R>(pub R);

impl<R: BufRead> Operands<R> {
    /// Reads the next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Unread> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads the next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Unread> {
        self.array().map(|[byte]| byte)
    }

    /// Reads a little-endian length of `N` bytes, and that many bytes. Memory is allocated only for bytes that exist.
    pub(super) fn counted<const N: usize>(&mut self) -> Result<Vec<u8>, Unread> {
        let length = self
            .array::<N>()?
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let mut bytes = Vec::new();
        self.0.by_ref().take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            return Err(Unread::content("it ends inside a value"));
        }
        Ok(bytes)
    }

    /// Reads a length byte, and a little-endian two's complement integer of up to 16 bytes.
    pub(super) fn long(&mut self) -> Result<i128, Unread> {
        let bytes = self.counted::<1>()?;
        let negative = bytes.last().is_some_and(|high| *high >= 0x80);
        let mut value = if negative { [0xff; 16] } else { [0; 16] };
        match value.get_mut(..bytes.len()) {
            Some(low) => low.copy_from_slice(&bytes),
            None => return Err(Unread::content("an integer has more than 16 bytes")),
        }
        Ok(i128::from_le_bytes(value))
    }

    /// Whether this is the end of the file.
    pub(super) fn at_end(&mut self) -> Result<bool, Unread> {
        Ok(self.0.fill_buf()?.is_empty())
    }
}
