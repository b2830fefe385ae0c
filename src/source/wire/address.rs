//! Where a server listens.

use std::path::PathBuf;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A host by name or number, IPv4 or IPv6, and a port.
    Tcp {
        /// An IPv6 address has no brackets here.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl Address {
    /// Returns the name that the server's certificate is for. A socket has none.
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            Self::Unix(_) => "localhost",
        }
    }

    /// Returns whether the connection stays on this machine.
    pub fn is_socket(&self) -> bool {
        matches!(self, Self::Unix(_))
    }
}
