//! A TCP or Unix socket, with a deadline for all that has to come before it.

use super::Address;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A connected socket. With a deadline, reads and writes end by it with `TimedOut`.
pub(super) struct Socket {
    kind: Kind,
    deadline: Option<Instant>,
}

enum Kind {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    /// Connects by the deadline, which stays until it is lifted. Of a host with several addresses the first that answers
    /// is taken; the error is the last one's.
    pub fn connect(address: &Address, deadline: Instant) -> io::Result<Self> {
        let kind = match address {
            Address::Tcp { host, port } => Kind::Tcp(connect_tcp(host, *port, deadline)?),
            Address::Unix(path) => Kind::Unix(UnixStream::connect(path)?),
        };
        Ok(Self {
            kind,
            deadline: Some(deadline),
        })
    }

    /// From now on reads and writes wait as long as they must.
    pub fn lift_deadline(&mut self) -> io::Result<()> {
        self.deadline = None;
        self.set_timeout(None)
    }

    /// The same socket, for whoever shuts it down.
    pub fn try_clone(&self) -> io::Result<Self> {
        let kind = match &self.kind {
            Kind::Tcp(socket) => Kind::Tcp(socket.try_clone()?),
            Kind::Unix(socket) => Kind::Unix(socket.try_clone()?),
        };
        Ok(Self {
            kind,
            deadline: None,
        })
    }

    /// Ends both directions: whoever reads sees the end.
    pub fn shut_down(&self) {
        // It may be closed already.
        let _ = match &self.kind {
            Kind::Tcp(socket) => socket.shutdown(Shutdown::Both),
            Kind::Unix(socket) => socket.shutdown(Shutdown::Both),
        };
    }

    fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match &self.kind {
            Kind::Tcp(socket) => {
                socket.set_read_timeout(timeout)?;
                socket.set_write_timeout(timeout)
            }
            Kind::Unix(socket) => {
                socket.set_read_timeout(timeout)?;
                socket.set_write_timeout(timeout)
            }
        }
    }

    /// Gives the next call what is left until the deadline.
    fn keep_deadline(&self) -> io::Result<()> {
        match self.deadline {
            None => Ok(()),
            Some(deadline) => self.set_timeout(Some(remaining(deadline)?)),
        }
    }
}

fn connect_tcp(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, remaining(deadline)?) {
            Ok(socket) => {
                // A query is one small packet that nothing follows.
                socket.set_nodelay(true)?;
                return Ok(socket);
            }
            Err(cause) => last = cause,
        }
    }
    Err(last)
}

fn remaining(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(too_slow());
    }
    Ok(left)
}

fn too_slow() -> io::Error {
    io::Error::new(
        io::ErrorKind::TimedOut,
        "the server took too long to let the session begin",
    )
}

/// What an elapsed timeout of a socket is called depends on the system.
fn named(cause: io::Error) -> io::Error {
    match cause.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => too_slow(),
        _ => cause,
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.keep_deadline()?;
        match &mut self.kind {
            Kind::Tcp(socket) => socket.read(buffer),
            Kind::Unix(socket) => socket.read(buffer),
        }
        .map_err(named)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keep_deadline()?;
        match &mut self.kind {
            Kind::Tcp(socket) => socket.write(bytes),
            Kind::Unix(socket) => socket.write(bytes),
        }
        .map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
