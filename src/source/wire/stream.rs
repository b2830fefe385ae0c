//! A connection to a server, encrypted or not.

use super::Address;
use super::encrypted::Encrypted;
use super::socket::Socket;
use super::tls::TlsPolicy;
use crate::Result;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

/// A connection to a server. What is written to it is sent immediately.
pub(crate) struct Stream(Kind);

enum Kind {
    Plain(Socket),
    Tls(Box<Encrypted<Socket>>),
}

/// Ends a connection from another thread.
pub(crate) struct Closer(Socket);

impl Closer {
    /// Shuts down both directions. A reader or writer gets an error.
    pub fn close(&self) {
        self.0.shut_down();
    }
}

impl Stream {
    /// Connects by the deadline, which also applies to everything that follows until [`Stream::wait_for`].
    pub fn connect(address: &Address, deadline: Instant) -> io::Result<Self> {
        Socket::connect(address, deadline).map(|socket| Self(Kind::Plain(socket)))
    }

    /// Starts TLS on the connection, and checks the server's certificate as the policy requires.
    pub fn encrypt(self, policy: &TlsPolicy, host: &str) -> Result<Self> {
        match self.0 {
            Kind::Plain(socket) => {
                let tls = Encrypted::shake_hands(socket, policy, host)?;
                Ok(Self(Kind::Tls(Box::new(tls))))
            }
            Kind::Tls(_) => Ok(self),
        }
    }

    fn socket(&self) -> &Socket {
        match &self.0 {
            Kind::Plain(socket) => socket,
            Kind::Tls(tls) => tls.socket(),
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match &mut self.0 {
            Kind::Plain(socket) => socket,
            Kind::Tls(tls) => tls.socket_mut(),
        }
    }

    /// Allows each read and write to take this long from now on, because the session has begun.
    pub fn wait_for(&mut self, timeout: Duration) -> io::Result<()> {
        self.socket_mut().wait_for(timeout)
    }

    /// Requires everything to arrive before a deadline from now on, until [`Stream::wait_for`].
    pub fn wait_until(&mut self, deadline: Instant) {
        self.socket_mut().wait_until(deadline);
    }

    /// Returns whether what is sent is encrypted on the way.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.0, Kind::Tls(_))
    }

    /// Returns the server's certificate, in DER.
    pub fn server_certificate(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Plain(_) => None,
            Kind::Tls(tls) => tls.server_certificate(),
        }
    }

    /// Returns a handle that ends this connection from another thread.
    pub fn closer(&self) -> io::Result<Closer> {
        self.socket().try_clone().map(Closer)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.0 {
                Kind::Plain(socket) => socket.read(buffer),
                Kind::Tls(tls) => tls.read(buffer),
            };
            match read {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::Plain(socket) => socket.write(bytes),
            Kind::Tls(tls) => tls.write(bytes),
        }
    }

    /// What was written has already been sent.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
