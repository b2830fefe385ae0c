//! Pickle's frames: a reader reads its file once per frame, not once per opcode.

use super::super::sink::failed;
use super::opcode;
use crate::Result;
use std::io::{self, Write};

/// Writes the bytes of each call of `write` as a frame. They must be complete opcodes.
pub(super) struct Framed<W>(W);

impl<W: Write> Framed<W> {
    /// Writes the header, which precedes the first frame.
    pub(super) fn begin(mut out: W) -> Result<Self> {
        out.write_all(&opcode::PROTO_4).map_err(failed)?;
        Ok(Self(out))
    }
}

impl<W: Write> Write for Framed<W> {
    fn write(&mut self, opcodes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&[opcode::FRAME])?;
        self.0.write_all(&(opcodes.len() as u64).to_le_bytes())?;
        self.0.write_all(opcodes)?;
        Ok(opcodes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
