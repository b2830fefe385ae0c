//! For tests: a server that follows a script, and numbers for mangling it.

use std::io::{self, Read, Write};

/// The other end of a connection. Sends what it was given, a few bytes at a time, and records what it receives.
pub(in super::super) struct Scripted {
    says: Vec<u8>,
    said: usize,
    at_once: usize,
    pub heard: Vec<u8>,
}

impl Scripted {
    pub fn saying(says: impl Into<Vec<u8>>, at_once: usize) -> Self {
        Self {
            says: says.into(),
            said: 0,
            at_once,
            heard: Vec::new(),
        }
    }
}

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.says[self.said..];
        let bytes = self.at_once.min(rest.len()).min(buffer.len());
        buffer[..bytes].copy_from_slice(&rest[..bytes]);
        self.said += bytes;
        Ok(bytes)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Numbers that look random and are the same in every run.
pub(in super::super) struct Dice(pub u64);

impl Dice {
    pub fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()[3]
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (0..4).fold(0, |number, _| number << 8 | usize::from(self.byte())) % bound
    }
}
