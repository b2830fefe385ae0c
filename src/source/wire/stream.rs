//! A connection to a server, encrypted or not.

use super::Address;
use super::encrypted::Encrypted;
use super::socket::Socket;
use super::tls::TlsPolicy;
use crate::Result;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

/// A connection to a server. What it is given to write is sent at once.
pub(crate) struct Stream {
    socket: Socket,
    tls: Option<Box<Encrypted>>,
}

/// Ends a connection from another thread.
pub(crate) struct Closer(Socket);

impl Closer {
    /// Ends both directions: whoever reads or writes gets an error.
    pub fn close(&self) {
        self.0.shut_down();
    }
}

impl Stream {
    /// Connects by the deadline. All that follows has to come before it, too, until [`Stream::wait_for`].
    pub fn connect(address: &Address, deadline: Instant) -> io::Result<Self> {
        Ok(Self {
            socket: Socket::connect(address, deadline)?,
            tls: None,
        })
    }

    /// The same connection with TLS, begun now; the server's certificate is checked as the policy says.
    pub fn encrypt(mut self, policy: &TlsPolicy, host: &str) -> Result<Self> {
        let tls = Encrypted::shake_hands(&mut self.socket, policy, host)?;
        Ok(Self {
            tls: Some(Box::new(tls)),
            ..self
        })
    }

    /// The session has begun: from now on each read and write may take this long.
    pub fn wait_for(&mut self, timeout: Duration) -> io::Result<()> {
        self.socket.wait_for(timeout)
    }

    /// From now on all has to come before a deadline, until [`Stream::wait_for`].
    pub fn wait_until(&mut self, deadline: Instant) {
        self.socket.wait_until(deadline);
    }

    /// Whether what is sent can't be read on its way.
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// The server's certificate, in DER.
    pub fn server_certificate(&self) -> Option<&[u8]> {
        self.tls.as_ref()?.server_certificate()
    }

    /// What ends this connection from another thread.
    pub fn closer(&self) -> io::Result<Closer> {
        self.socket.try_clone().map(Closer)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.tls {
                None => self.socket.read(buffer),
                Some(tls) => tls.read(&mut self.socket, buffer),
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
        match &mut self.tls {
            None => self.socket.write(bytes),
            Some(tls) => tls.write(&mut self.socket, bytes),
        }
    }

    /// What was written is sent already.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
