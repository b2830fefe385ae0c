//! A private pooler, `PgBouncer`, in front of this test process' PostgreSQL server.

use super::postgres;
use super::supervised::{Supervised, free_port, program};
use ::postgres::{Client, NoTls};
use std::fs;
use std::path::PathBuf;

/// When a pooler takes a connection back from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    Transaction,
    Session,
}

impl Pooling {
    pub const ALL: [Self; 2] = [Self::Transaction, Self::Session];

    fn mode(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::Session => "session",
        }
    }
}

/// A running pooler for connections to one database, all of which use the user `reader`.
pub struct Pooler {
    /// Stops when this value is dropped.
    server: Supervised,
    port: u16,
    database: String,
}

impl Pooler {
    /// Starts a pooler that doesn't reset connections, so that the next client sees whatever the previous one left.
    pub fn start(database: &str, pooling: Pooling, pool_size: usize) -> Self {
        let mut server = Supervised::new("pooler");
        let port = free_port();
        let behind = postgres();
        let configuration = [
            "[databases]".to_owned(),
            format!(
                "{database} = host={} port={} user=reader",
                behind.folder().display(),
                behind.port()
            ),
            "[pgbouncer]".to_owned(),
            "listen_addr = 127.0.0.1".to_owned(),
            format!("listen_port = {port}"),
            "unix_socket_dir =".to_owned(),
            "auth_type = any".to_owned(),
            format!("pool_mode = {}", pooling.mode()),
            format!("default_pool_size = {pool_size}"),
            "server_reset_query =".to_owned(),
            "query_wait_timeout = 30".to_owned(),
        ];
        let path = server.folder().join("pgbouncer.ini");
        fs::write(&path, configuration.join("\n")).expect("a configuration");
        let ready = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let folders = vec![PathBuf::from("/usr/sbin")];
        let arguments = [path.display().to_string()];
        server.start(&program("pgbouncer", folders), &arguments, "TERM", ready);
        Self {
            server,
            port,
            database: database.to_owned(),
        }
    }

    /// The pooler's log so far.
    fn log(&self) -> String {
        fs::read_to_string(self.server.folder().join("server.log")).unwrap_or_default()
    }

    /// The URL for `--source`.
    pub fn url(&self) -> String {
        format!(
            "postgresql://reader@127.0.0.1:{}/{}?sslmode=disable",
            self.port, self.database
        )
    }

    /// A client that stands for another program.
    pub fn client(&self) -> Client {
        let url = self.url();
        Client::connect(&url, NoTls).unwrap_or_else(|cause| panic!("{cause}: {}", self.log()))
    }
}
