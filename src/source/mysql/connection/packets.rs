//! Packets: a length of three bytes, a sequence number, and a payload.
//! <https://mariadb.com/kb/en/0-packet/>

use super::super::super::wire::Input;
use std::io::{self, Read, Write};

/// Bytes before a payload.
pub(in super::super) const HEADER_BYTES: usize = 4;
/// A payload of this length continues in the next packet.
pub(in super::super) const FULL_BYTES: usize = 0xff_ffff;

/// A stream of packets.
pub(in super::super) struct Packets<S> {
    pub stream: S,
    pub input: Input,
    /// The number of the next packet from either side.
    pub sequence: u8,
}

/// Returns the length of the payload that follows a header.
pub(in super::super) fn payload_bytes(header: [u8; 3]) -> usize {
    let [low, middle, high] = header.map(usize::from);
    low | middle << 8 | high << 16
}

impl<S: Read + Write> Packets<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            input: Input::new(),
            sequence: 0,
        }
    }

    /// Begins a command, whose packets are counted from 0.
    pub fn begin(&mut self, payload: &[u8]) -> io::Result<()> {
        self.sequence = 0;
        self.write(payload)
    }

    /// Sends a payload in as many packets as it takes.
    pub fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let mut sent = Vec::with_capacity(payload.len() + HEADER_BYTES);
        let mut rest = payload;
        loop {
            let (part, more) = rest.split_at(rest.len().min(FULL_BYTES));
            let [low, middle, high, ..] = part.len().to_le_bytes();
            sent.extend([low, middle, high, self.sequence]);
            sent.extend_from_slice(part);
            self.sequence = self.sequence.wrapping_add(1);
            if part.len() < FULL_BYTES {
                break;
            }
            rest = more;
        }
        self.stream.write_all(&sent)?;
        self.stream.flush()
    }

    /// Reads the payload of the next packets, joined. It grows only with the bytes that have arrived.
    pub fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut payload = Vec::new();
        loop {
            let header = self.input.need(&mut self.stream, HEADER_BYTES)?;
            let &[low, middle, high, number, ..] = header else {
                return Err(malformed("its header is too short"));
            };
            let bytes = payload_bytes([low, middle, high]);
            if number != self.sequence {
                return Err(malformed("it is out of sequence"));
            }
            self.sequence = self.sequence.wrapping_add(1);
            let packet = self.input.need(&mut self.stream, HEADER_BYTES + bytes)?;
            payload.extend_from_slice(
                packet
                    .get(HEADER_BYTES..HEADER_BYTES + bytes)
                    .unwrap_or_default(),
            );
            self.input.consume(HEADER_BYTES + bytes);
            if bytes < FULL_BYTES {
                return Ok(payload);
            }
        }
    }
}

/// Returns the error for a malformed packet. `why` never contains any of its bytes.
pub(in super::super) fn malformed(why: &str) -> io::Error {
    let message = format!("the server sent a malformed packet: {why}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}
