//! Where a server listens.

use std::path::PathBuf;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A host by name or number, IPv4 or IPv6, and a port.
    Tcp {
        /// An IPv6 address stands without brackets.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl Address {
    /// The name that a server's certificate is for; a socket has none.
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            Self::Unix(_) => "localhost",
        }
    }

    /// Whether the connection leaves no machine.
    pub fn is_socket(&self) -> bool {
        matches!(self, Self::Unix(_))
    }
}
