//! A TCP or Unix socket that never waits forever. At first everything must arrive before a deadline. Later each read and
//! write has its own timeout.

use super::Address;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A connected socket. Reads and writes that take too long fail with `TimedOut`.
pub(super) struct Socket {
    kind: Kind,
    wait: Wait,
}

/// How long reads and writes can take.
#[derive(Clone, Copy)]
enum Wait {
    /// All of them together.
    Until(Instant),
    /// Each of them.
    For(Duration),
}

/// Silence after which the kernel probes whether the other end is still there. Firewalls forget idle connections much later.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
/// Time between two probes. After [`KEEPALIVE_PROBES`] without an answer the connection is lost.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 6;

enum Kind {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    /// Connects by the deadline, which applies until [`Socket::wait_for`]. If a host has several addresses, the first that
    /// answers is used, and the error is the last one's.
    pub fn connect(address: &Address, deadline: Instant) -> io::Result<Self> {
        let kind = match address {
            Address::Tcp { host, port } => Kind::Tcp(connect_tcp(host, *port, deadline)?),
            Address::Unix(path) => Kind::Unix(UnixStream::connect(path)?),
        };
        Ok(Self {
            kind,
            wait: Wait::Until(deadline),
        })
    }

    /// Allows each read and write to take this long from now on.
    pub fn wait_for(&mut self, timeout: Duration) -> io::Result<()> {
        self.wait = Wait::For(timeout);
        self.set_timeout(timeout)
    }

    /// Allows all reads and writes together to take until this deadline from now on.
    pub fn wait_until(&mut self, deadline: Instant) {
        self.wait = Wait::Until(deadline);
    }

    /// Returns the same socket, for shutting it down elsewhere.
    pub fn try_clone(&self) -> io::Result<Self> {
        let kind = match &self.kind {
            Kind::Tcp(socket) => Kind::Tcp(socket.try_clone()?),
            Kind::Unix(socket) => Kind::Unix(socket.try_clone()?),
        };
        Ok(Self {
            kind,
            wait: self.wait,
        })
    }

    /// Shuts down both directions. A reader sees the end of the stream.
    pub fn shut_down(&self) {
        // It might already be closed.
        let _ = match &self.kind {
            Kind::Tcp(socket) => socket.shutdown(Shutdown::Both),
            Kind::Unix(socket) => socket.shutdown(Shutdown::Both),
        };
    }

    fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        let timeout = Some(timeout);
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

    /// Sets the next call's timeout to what is left until the deadline.
    fn keep_deadline(&self) -> io::Result<()> {
        match self.wait {
            Wait::For(_) => Ok(()),
            Wait::Until(deadline) => self.set_timeout(remaining(deadline)?),
        }
    }

    /// Renames the error of an elapsed timeout, which depends on the system.
    fn named(&self, cause: io::Error) -> io::Error {
        match (cause.kind(), self.wait) {
            (io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut, Wait::Until(_)) => too_slow(),
            (io::ErrorKind::WouldBlock, Wait::For(timeout)) => silent(timeout),
            _ => cause,
        }
    }
}

fn connect_tcp(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, remaining(deadline)?) {
            Ok(socket) => {
                // A query is one small packet that nothing follows, so it must not be delayed.
                socket.set_nodelay(true)?;
                keep_alive(&socket)?;
                return Ok(socket);
            }
            Err(cause) => last = cause,
        }
    }
    Err(last)
}

/// Makes a connection whose other end has vanished fail within two minutes, even while it is idle.
fn keep_alive(socket: &TcpStream) -> io::Result<()> {
    use rustix::net::sockopt;
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(socket, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(socket, KEEPALIVE_PROBES)?;
    Ok(())
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
        "the server took too long to start the session",
    )
}

fn silent(timeout: Duration) -> io::Error {
    let message = format!(
        "silent for {} seconds, the limit of --read-timeout-secs",
        timeout.as_secs()
    );
    io::Error::new(io::ErrorKind::TimedOut, message)
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.keep_deadline()?;
        let read = match &mut self.kind {
            Kind::Tcp(socket) => socket.read(buffer),
            Kind::Unix(socket) => socket.read(buffer),
        };
        read.map_err(|cause| self.named(cause))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keep_deadline()?;
        let written = match &mut self.kind {
            Kind::Tcp(socket) => socket.write(bytes),
            Kind::Unix(socket) => socket.write(bytes),
        };
        written.map_err(|cause| self.named(cause))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
