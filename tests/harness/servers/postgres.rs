//! A private PostgreSQL.

use super::supervised::{Supervised, free_port, program};
use super::{ENCODED_PASSWORD, PASSWORD, fresh_name};
use postgres::{Client, Config, NoTls};
use std::path::{Path, PathBuf};

/// A running server, and how to reach it.
pub struct Postgres {
    server: Supervised,
    port: u16,
}

impl Postgres {
    pub(super) fn start() -> Self {
        let server = Supervised::new("postgres");
        let mut postgres = Self {
            server,
            port: free_port(),
        };
        let data = postgres.server.folder().join("data").display().to_string();
        let init = [
            "-D",
            &data,
            "-U",
            "root",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        postgres
            .server
            .prepare(&program("initdb", folders()), &init.map(str::to_owned));
        require_password(Path::new(&data));
        let options = postgres.options(&data);
        let config = postgres.root("postgres");
        let ready = || config.connect(NoTls).is_ok();
        // SIGQUIT ends it at once, with its children and its shared memory.
        postgres
            .server
            .start(&program("postgres", folders()), &options, "QUIT", ready);
        let user = format!(
            "CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO reader"
        );
        postgres
            .connect_to("postgres")
            .batch_execute(&user)
            .expect("a new user");
        postgres
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// A new empty database.
    pub fn fresh_database(&self) -> String {
        let name = fresh_name();
        let create = format!("CREATE DATABASE {name} STRATEGY wal_log");
        self.connect_to("postgres")
            .batch_execute(&create)
            .expect("a new database");
        let grant = "GRANT CREATE ON SCHEMA public TO reader";
        self.connect_to(&name)
            .batch_execute(grant)
            .expect("a grant");
        name
    }

    /// The URL for the user `reader`.
    pub fn url(&self, database: &str) -> String {
        self.url_with(ENCODED_PASSWORD, database)
    }

    /// The URL with another password, which must be percent-encoded.
    pub fn url_with(&self, password: &str, database: &str) -> String {
        format!(
            "postgresql://reader:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// A connection that may do anything.
    pub fn connect_to(&self, database: &str) -> Client {
        self.root(database)
            .connect(NoTls)
            .expect("root reaches the private PostgreSQL")
    }

    fn root(&self, database: &str) -> Config {
        let mut config = Config::new();
        config
            .host_path(self.server.folder())
            .port(self.port)
            .user("root")
            .dbname(database);
        config
    }

    /// Nothing here outlives the tests: no durability, small buffers.
    fn options(&self, data: &str) -> Vec<String> {
        let folder = self.server.folder().display().to_string();
        let port = self.port.to_string();
        let settings = [
            "listen_addresses=127.0.0.1",
            // No value may depend on it.
            "timezone=Europe/Berlin",
            "max_connections=300",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
        ];
        let places = ["-D", data, "-k", &folder, "-p", &port];
        let settings = settings.into_iter().flat_map(|setting| ["-c", setting]);
        places
            .into_iter()
            .chain(settings)
            .map(str::to_owned)
            .collect()
    }
}

/// Whoever comes by TCP shows a password; the socket, in a folder of its own, is the tests' own way in.
fn require_password(data: &Path) {
    let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(data.join("pg_hba.conf"), rules).expect("pg_hba.conf is written");
}

/// Debian keeps each version's programs in a folder of its own.
fn folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let mut folders: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders
}
