//! TLS over a socket. Everything that has arrived is read and decrypted at once, before waiting for more: servers write
//! records of 8 to 16 KB, and asking the kernel for each of them costs more than decrypting it.

use super::tls::{self, TlsPolicy};
use crate::Result;
use openssl::ssl::{ErrorCode, HandshakeError, SslStream};
use std::io::{self, Read, Write};

/// Bytes that are requested from the socket at once, as on a connection without TLS.
const RECORDS_BYTES: usize = 256 * 1024;
/// The largest size of an encrypted record: 16 KB, what encryption adds, and a header.
const MAX_RECORD_BYTES: usize = 18 * 1024;

/// A TLS session whose handshake is complete.
pub(super) struct Encrypted<S> {
    tls: SslStream<Records<S>>,
    /// The server's certificate, in DER.
    certificate: Option<Vec<u8>>,
}

impl<S: Read + Write> Encrypted<S> {
    /// Performs the handshake, and checks the server's certificate as the policy requires.
    pub fn shake_hands(socket: S, policy: &TlsPolicy, host: &str) -> Result<Self> {
        let session = tls::begin(policy, host)?;
        let mut shaken = session.connect(Records::of(socket));
        let tls = loop {
            shaken = match shaken {
                Ok(tls) => break tls,
                Err(HandshakeError::WouldBlock(mut waiting)) => {
                    let records = waiting.get_mut();
                    let filled = records.fill(RECORDS_BYTES);
                    filled.map_err(|cause| tls::cannot_begin(cause, policy, host))?;
                    waiting.handshake()
                }
                Err(HandshakeError::Failure(failed)) => {
                    return Err(tls::refused(failed, policy, host));
                }
                Err(HandshakeError::SetupFailure(cause)) => return Err(tls::bug(cause)),
            }
        };
        tls::check_protocol(tls.ssl(), policy)?;
        let certificate = tls.ssl().peer_certificate();
        let certificate = certificate.map(|certificate| certificate.to_der());
        Ok(Self {
            tls,
            certificate: certificate.transpose().map_err(tls::bug)?,
        })
    }

    pub fn socket(&self) -> &S {
        &self.tls.get_ref().socket
    }

    pub fn socket_mut(&mut self) -> &mut S {
        &mut self.tls.get_mut().socket
    }

    pub fn server_certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }
}

impl<S: Read + Write> Read for Encrypted<S> {
    /// Reads as much as has arrived and fits, at least one byte. 0 is the end of the stream.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.tls.ssl_read(&mut buffer[filled..]) {
                Ok(bytes) => filled += bytes,
                Err(cause) if cause.code() == ErrorCode::WANT_READ => {
                    if filled > 0 {
                        break;
                    }
                    // What arrives will fit the buffer once decrypted, together with a record that had arrived in part.
                    let room = buffer.len().saturating_sub(MAX_RECORD_BYTES);
                    self.tls.get_mut().fill(room.max(MAX_RECORD_BYTES))?;
                }
                Err(cause) if cause.code() == ErrorCode::ZERO_RETURN => break,
                // Many servers close the connection without announcing it. What they sent before is returned first.
                Err(_) if self.tls.get_ref().ended => break,
                Err(cause) => return Err(io_error(cause)),
            }
        }
        Ok(filled)
    }
}

impl<S: Read + Write> Write for Encrypted<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.ssl_write(bytes).map_err(io_error)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the socket's own error, if it is one.
fn io_error(cause: openssl::ssl::Error) -> io::Error {
    cause.into_io_error().unwrap_or_else(io::Error::other)
}

/// Records from a socket. OpenSSL is given what has arrived, and told to ask again when it would have to wait.
pub(super) struct Records<S> {
    socket: S,
    /// What has arrived and isn't consumed yet, between `start` and `end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the other end has closed.
    ended: bool,
}

impl<S: Read> Records<S> {
    fn of(socket: S) -> Self {
        Self {
            socket,
            bytes: vec![0; RECORDS_BYTES],
            start: 0,
            end: 0,
            ended: false,
        }
    }

    /// Waits for more. Must be called only when everything that arrived is consumed.
    fn fill(&mut self, room: usize) -> io::Result<()> {
        let room = room.min(RECORDS_BYTES);
        (self.start, self.end) = (0, 0);
        self.end = loop {
            match self.socket.read(&mut self.bytes[..room]) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ended = self.end == 0;
        Ok(())
    }
}

impl<S: Read> Read for Records<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = &self.bytes[self.start..self.end];
        if there.is_empty() && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let bytes = there.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&there[..bytes]);
        self.start += bytes;
        Ok(bytes)
    }
}

impl<S: Write> Write for Records<S> {
    /// Retries interrupted writes, because OpenSSL treats them as failed.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.socket.write(bytes) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tls::tests::{Certificate, acceptor};
    use super::super::{Dice, SslMode};
    use super::*;
    use openssl::ssl::SslVersion;
    use std::os::unix::net::UnixStream;
    use std::thread;

    /// Reads that return little, and signals between them.
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

    /// Starts a server that answers one byte with all of these, in records of many sizes.
    fn answers(version: SslVersion, bytes: Vec<u8>) -> (UnixStream, thread::JoinHandle<()>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let answer = move || {
            let acceptor = acceptor(version, &Certificate::default());
            let mut stream = acceptor.accept(theirs).unwrap();
            stream.read_exact(&mut [0]).unwrap();
            let (mut rest, mut dice) = (&bytes[..], Dice(7));
            while !rest.is_empty() {
                let (piece, others) = rest.split_at(rest.len().min(1 + dice.below(40_000)));
                stream.write_all(piece).unwrap();
                rest = others;
            }
            let _ = stream.shutdown();
        };
        (ours, thread::spawn(answer))
    }

    #[test]
    fn bytes_arrive_whole_however_the_socket_delivers_them() {
        let sent: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
        let policy = TlsPolicy::new(SslMode::Require, None);
        for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
            for room in [1_000, 100_000, 300_000] {
                let (socket, server) = answers(version, sent.clone());
                let socket = Bumpy(socket, Dice(room as u64));
                let mut tls = Encrypted::shake_hands(socket, &policy, "localhost").unwrap();
                assert_eq!(tls.write(b"?").unwrap(), 1);
                let (mut came, mut buffer) = (Vec::new(), vec![0; room]);
                while let read @ 1.. = tls.read(&mut buffer).unwrap() {
                    came.extend_from_slice(&buffer[..read]);
                }
                assert!(came == sent, "{version:?}, room for {room} bytes");
                server.join().unwrap();
            }
        }
    }
}
