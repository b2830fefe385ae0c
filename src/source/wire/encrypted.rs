//! TLS over a socket. All that has come is taken and decrypted in one go, before anybody waits for more: servers write
//! records of 8 to 16 KB, and to ask the kernel for each of them costs more than to decrypt it.

use super::socket::Socket;
use super::tls::{self, TlsPolicy};
use crate::Result;
use rustls::ClientConnection;
use std::io::{self, Read, Write};

/// Bytes that are asked of the socket at once, as of a connection without TLS.
const RECORDS_BYTES: usize = 256 * 1024;
/// Most that a record takes on its way: 16 KB, what encryption adds, and a header.
const MAX_RECORD_BYTES: usize = 18 * 1024;

/// A TLS session whose handshake is over.
pub(super) struct Encrypted {
    tls: ClientConnection,
    /// What came from the socket and is not handed to `tls` yet, between `start` and `end`.
    records: Vec<u8>,
    start: usize,
    end: usize,
}

impl Encrypted {
    /// Shakes hands; the server's certificate is checked as the policy says.
    pub fn shake_hands(socket: &mut Socket, policy: &TlsPolicy, host: &str) -> Result<Self> {
        let mut tls = tls::begin(policy, host)?;
        while tls.is_handshaking() {
            tls.complete_io(socket)
                .map_err(|cause| tls::refused(cause, policy, host))?;
        }
        Ok(Self {
            tls,
            records: vec![0; RECORDS_BYTES],
            start: 0,
            end: 0,
        })
    }

    /// The server's certificate, in DER.
    pub fn server_certificate(&self) -> Option<&[u8]> {
        let chain = self.tls.peer_certificates()?;
        chain.first().map(AsRef::as_ref)
    }

    /// As much as has come and fits, at least one byte. 0 is the end of the stream.
    pub fn read(&mut self, socket: &mut Socket, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.decrypt(socket, buffer)? {
                Decrypted::Bytes(0) if !buffer.is_empty() => {}
                Decrypted::Bytes(bytes) => return Ok(bytes),
                Decrypted::End => return Ok(0),
            }
            self.start = 0;
            // What comes fits the buffer once it is decrypted, together with a record that had come in part.
            let room = buffer.len().saturating_sub(MAX_RECORD_BYTES);
            let room = room.clamp(MAX_RECORD_BYTES, RECORDS_BYTES);
            self.end = socket.read(&mut self.records[..room])?;
            if self.end == 0 {
                return Ok(0);
            }
        }
    }

    /// Decrypts the records that have come whole, as far as they fit.
    fn decrypt(&mut self, socket: &mut Socket, buffer: &mut [u8]) -> io::Result<Decrypted> {
        let mut filled = 0;
        loop {
            filled += match self.tls.reader().read(&mut buffer[filled..]) {
                Ok(0) if filled == 0 && !buffer.is_empty() => return Ok(Decrypted::End),
                Ok(bytes) => bytes,
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => 0,
                Err(cause) => return Err(cause),
            };
            if filled == buffer.len() || self.start == self.end {
                return Ok(Decrypted::Bytes(filled));
            }
            self.start += self
                .tls
                .read_tls(&mut &self.records[self.start..self.end])?;
            let processed = self.tls.process_new_packets();
            // New keys or a farewell may have to be answered; after a record that is wrong, an alert.
            let sent = self.send(socket);
            processed.map_err(|cause| io::Error::new(io::ErrorKind::InvalidData, cause))?;
            sent?;
        }
    }

    /// Sends all of the bytes.
    pub fn write(&mut self, socket: &mut Socket, bytes: &[u8]) -> io::Result<usize> {
        let written = self.tls.writer().write(bytes)?;
        self.send(socket)?;
        Ok(written)
    }

    fn send(&mut self, socket: &mut Socket) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(socket)?;
        }
        Ok(())
    }
}

enum Decrypted {
    Bytes(usize),
    /// The server said that nothing more comes.
    End,
}
