//! The buffer in which a server's bytes are read in place.

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

/// Bytes of a new buffer, which a read fills with what has arrived. Half a second-level cache, so that rows are still in the
/// cache when they are parsed.
const FIRST_BYTES: usize = 256 * 1024;
/// If less space than this is left after the bytes in the buffer, they are moved to the front before a read.
const LEAST_ROOM: usize = FIRST_BYTES / 2;

/// A read that returns less is followed by a pause.
const GATHERED_BYTES: usize = 64 * 1024;
/// The pause. The socket's buffer holds what arrives in the meantime: 600 kB at 10 Gbit/s, and Linux lets it grow to 6 MB.
const GATHERING: Duration = Duration::from_micros(500);

/// Bytes that have arrived and are not consumed yet.
///
/// Memory: what the caller hasn't consumed, rounded up by doubling. It grows only once it is full of bytes that have really
/// arrived, whatever length a packet claims.
pub(crate) struct Input {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes that the last read returned.
    last_read: usize,
}

impl Input {
    pub fn new() -> Self {
        Self {
            buffer: vec![0; FIRST_BYTES],
            start: 0,
            end: 0,
            last_read: GATHERED_BYTES,
        }
    }

    /// Returns what has arrived. It stays in place until the next read.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Returns the same, to be joined in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[self.start..self.end]
    }

    /// Discards the first bytes, or all of them if there are fewer.
    pub fn consume(&mut self, bytes: usize) {
        self.start = self.end.min(self.start.saturating_add(bytes));
    }

    /// Reads until at least this many bytes have arrived. If the stream ends before that, the error is `UnexpectedEof`.
    pub fn need(&mut self, stream: &mut impl Read, bytes: usize) -> io::Result<&[u8]> {
        while self.end - self.start < bytes {
            self.read(stream)?;
        }
        Ok(self.bytes())
    }

    /// Reads the next bytes of a long result. After a read that returned little, it first waits for more to gather: a server
    /// sends a few kilobytes at a time, and waking up for each costs more than parsing them.
    pub fn read_gathered(&mut self, stream: &mut impl Read) -> io::Result<()> {
        if self.last_read < GATHERED_BYTES {
            thread::sleep(GATHERING);
        }
        self.read(stream)
    }

    /// Reads the next bytes, at least one. At the end of the stream, the error is `UnexpectedEof`.
    pub fn read(&mut self, stream: &mut impl Read) -> io::Result<()> {
        self.make_room();
        match stream.read(&mut self.buffer[self.end..]) {
            Ok(0) => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the server closed the connection",
            )),
            Ok(read) => {
                self.end = self.buffer.len().min(self.end + read);
                self.last_read = read;
                Ok(())
            }
            Err(cause) => Err(cause),
        }
    }

    fn make_room(&mut self) {
        if self.buffer.len() - self.end >= LEAST_ROOM {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() - self.end < LEAST_ROOM {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scripted;
    use super::*;

    #[test]
    fn bytes_stay_together_across_reads_and_growth() {
        let sent: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
        let mut stream = Scripted::saying(sent.clone(), 70_001);
        let mut input = Input::new();
        assert_eq!(input.need(&mut stream, 10).unwrap()[..10], sent[..10]);
        input.consume(10);
        let most = input.need(&mut stream, 2_000_000).unwrap();
        assert_eq!(most[..2_000_000], sent[10..2_000_010]);
        input.consume(2_000_000);
        let rest = sent.len() - 2_000_010;
        assert_eq!(input.need(&mut stream, rest).unwrap(), &sent[2_000_010..]);
        let end = input.need(&mut stream, rest + 1).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_wrong_length_takes_no_memory() {
        let mut input = Input::new();
        assert!(
            input
                .need(&mut Scripted::saying([1; 100], 7), usize::MAX)
                .is_err()
        );
        assert_eq!(input.buffer.len(), FIRST_BYTES);
    }
}
