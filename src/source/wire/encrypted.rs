//! TLS over a socket. All that has come is taken and decrypted in one go, before anybody waits for more: servers write
//! records of 8 to 16 KB, and to ask the kernel for each of them costs more than to decrypt it.

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
    pub fn shake_hands(
        socket: &mut (impl Read + Write),
        policy: &TlsPolicy,
        host: &str,
    ) -> Result<Self> {
        let mut tls = tls::begin(policy, host)?;
        while tls.is_handshaking() {
            tls.complete_io(socket)
                .map_err(|cause| tls::refused(cause, policy, host))?;
        }
        tls::check_protocol(&tls, policy)?;
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
    pub fn read(
        &mut self,
        socket: &mut (impl Read + Write),
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        loop {
            match self.decrypt(socket, buffer)? {
                Decrypted::Bytes(0) if !buffer.is_empty() => {}
                Decrypted::Bytes(bytes) => return Ok(bytes),
                Decrypted::End => return Ok(0),
            }
            // Also if the read fails, as by a signal: what was handed to `tls` must not be so again.
            (self.start, self.end) = (0, 0);
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
    fn decrypt(&mut self, socket: &mut impl Write, buffer: &mut [u8]) -> io::Result<Decrypted> {
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
    pub fn write(&mut self, socket: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
        let written = self.tls.writer().write(bytes)?;
        self.send(socket)?;
        Ok(written)
    }

    fn send(&mut self, socket: &mut impl Write) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::super::{Dice, SslMode, tls_server};
    use super::*;
    use rustls::{StreamOwned, SupportedProtocolVersion, version};
    use std::os::unix::net::UnixStream;
    use std::thread;

    /// Reads that give little, and signals between them.
    struct Bumpy(UnixStream, Dice);

    impl Read for Bumpy {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = match self.1.below(4) {
                0 => return Err(io::ErrorKind::Interrupted.into()),
                1 => 1 + self.1.below(9),
                2 => 1 + self.1.below(20_000),
                _ => buffer.len(),
            };
            let bytes = bytes.min(buffer.len());
            self.0.read(&mut buffer[..bytes])
        }
    }

    impl Write for Bumpy {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A server that answers one byte with all of these, in records of many sizes, and with new keys between them.
    fn answers(
        version: &'static SupportedProtocolVersion,
        bytes: Vec<u8>,
    ) -> (UnixStream, thread::JoinHandle<()>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let told = move || {
            let mut stream = StreamOwned::new(tls_server(version, &[]), theirs);
            stream.read_exact(&mut [0]).unwrap();
            let (mut rest, mut dice) = (&bytes[..], Dice(7));
            while !rest.is_empty() {
                let (piece, others) = rest.split_at(rest.len().min(1 + dice.below(40_000)));
                stream.write_all(piece).unwrap();
                rest = others;
                if version == &version::TLS13 && dice.below(5) == 0 {
                    stream.conn.refresh_traffic_keys().unwrap();
                }
            }
            stream.conn.send_close_notify();
            stream.flush().unwrap();
        };
        (ours, thread::spawn(told))
    }

    #[test]
    fn bytes_come_whole_however_the_socket_gives_them() {
        let sent: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
        let policy = TlsPolicy::new(SslMode::Require, None);
        for version in [&version::TLS12, &version::TLS13] {
            for room in [1_000, 100_000, 300_000] {
                let (socket, server) = answers(version, sent.clone());
                let mut socket = Bumpy(socket, Dice(room as u64));
                let mut tls = Encrypted::shake_hands(&mut socket, &policy, "localhost").unwrap();
                assert_eq!(tls.write(&mut socket, b"?").unwrap(), 1);
                let (mut came, mut buffer) = (Vec::new(), vec![0; room]);
                loop {
                    match tls.read(&mut socket, &mut buffer) {
                        Ok(0) => break,
                        Ok(read) => came.extend_from_slice(&buffer[..read]),
                        Err(cause) => assert_eq!(cause.kind(), io::ErrorKind::Interrupted),
                    }
                }
                assert!(came == sent, "{version:?}, room for {room} bytes");
                server.join().unwrap();
            }
        }
    }
}
