//! A private PostgreSQL server.

use super::supervised::{Supervised, free_port, program};
use super::{ENCODED_PASSWORD, PASSWORD, certificates, fresh_name};
use postgres::{Client, Config, NoTls};
use std::path::{Path, PathBuf};

/// TCP connections need a password. The socket is in a separate folder and is used by the tests themselves.
const RULES: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";

/// Each user has a different authentication method. `encrypted` must use TLS, `bare` must not, and `certified` needs a
/// certificate.
const SECURED_RULES: &str = "local all all trust\n\
    local replication all trust\n\
    hostssl all certified 127.0.0.1/32 cert\n\
    host all trusted 127.0.0.1/32 trust\n\
    host all cleartext 127.0.0.1/32 password\n\
    host all md5 127.0.0.1/32 md5\n\
    host all scram 127.0.0.1/32 scram-sha-256\n\
    hostssl all encrypted 127.0.0.1/32 scram-sha-256\n\
    hostnossl all bare 127.0.0.1/32 scram-sha-256\n";

const SECURED_USERS: [&str; 7] = [
    "trusted",
    "cleartext",
    "md5",
    "scram",
    "encrypted",
    "bare",
    "certified",
];

/// A running server, and how to reach it.
pub struct Postgres {
    server: Supervised,
    port: u16,
}

impl Postgres {
    pub(super) fn start() -> Self {
        let postgres = Self::started(RULES);
        let user = format!(
            "CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO reader; \
             CREATE ROLE few LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 3; GRANT pg_read_all_data TO few"
        );
        postgres.administer(&user);
        postgres
    }

    /// A server with the users of [`SECURED_RULES`], who share a password.
    pub(super) fn start_secured() -> Self {
        let postgres = Self::started(SECURED_RULES);
        for user in SECURED_USERS {
            let method = if user == "md5" {
                "md5"
            } else {
                "scram-sha-256"
            };
            postgres.administer(&format!(
                "SET password_encryption = '{method}'; CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'; \
                 GRANT pg_read_all_data TO {user}"
            ));
        }
        postgres
    }

    fn administer(&self, statements: &str) {
        let done = self.connect_to("postgres").batch_execute(statements);
        done.expect("the server is set up");
    }

    /// A read-only server with the data that another one has now.
    pub fn standby_of(primary: &Self) -> Self {
        let mut standby = Self::new();
        let data = standby.data();
        let (folder, port) = (
            primary.folder().display().to_string(),
            primary.port.to_string(),
        );
        let copy = [
            "-D", &data, "-h", &folder, "-p", &port, "-U", "root", "-X", "fetch", "-c", "fast",
        ];
        let copy = copy.map(str::to_owned);
        let program = program("pg_basebackup", folders());
        standby.server.prepare(&program, &copy);
        let signal = Path::new(&data).join("standby.signal");
        std::fs::write(signal, "").expect("standby.signal is written");
        standby.run();
        standby
    }

    fn started(rules: &str) -> Self {
        let mut postgres = Self::new();
        let data = postgres.data();
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
        std::fs::write(Path::new(&data).join("pg_hba.conf"), rules)
            .expect("pg_hba.conf is written");
        postgres.run();
        postgres
    }

    /// A server without data.
    fn new() -> Self {
        let server = Supervised::new("postgres");
        let port = free_port();
        certificates::write(server.folder());
        server.keep_secret("server.key");
        Self { server, port }
    }

    fn data(&self) -> String {
        self.server.folder().join("data").display().to_string()
    }

    fn run(&mut self) {
        let options = self.options(&self.data());
        let config = self.root("postgres");
        let ready = || config.connect(NoTls).is_ok();
        // SIGQUIT ends it immediately, with its child processes and shared memory.
        self.server
            .start(&program("postgres", folders()), &options, "QUIT", ready);
    }

    /// The folder with its socket and its certificates.
    pub fn folder(&self) -> &Path {
        self.server.folder()
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
        let grant = "GRANT CREATE ON SCHEMA public TO PUBLIC";
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

    /// The URL for a user of the secured server, with another name for the loopback and with parameters.
    pub fn url_of(&self, user: &str, host: &str, database: &str, query: &str) -> String {
        let port = self.port;
        format!("postgresql://{user}:{ENCODED_PASSWORD}@{host}:{port}/{database}?{query}")
    }

    /// A connection with all privileges.
    pub fn connect_to(&self, database: &str) -> Client {
        self.connect_as("root", database)
    }

    /// A connection as this user, over the socket.
    pub fn connect_as(&self, user: &str, database: &str) -> Client {
        let client = self.root(database).user(user).connect(NoTls);
        client.expect("the private PostgreSQL accepts everyone over its socket")
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

    /// Options for data that isn't kept after the tests: no durability, small buffers.
    fn options(&self, data: &str) -> Vec<String> {
        let folder = self.server.folder().display().to_string();
        let port = self.port.to_string();
        let settings = [
            "listen_addresses=127.0.0.1",
            // No value may depend on the server's time zone.
            "timezone=Europe/Berlin",
            "max_connections=300",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            // Like most servers, each offers TLS.
            "ssl=on",
            "ssl_cert_file=../server.pem",
            "ssl_key_file=../server.key",
            "ssl_ca_file=../authority.pem",
        ];
        let places = ["-D", data, "-k", &folder, "-p", &port];
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        places
            .into_iter()
            .chain(settings)
            .map(str::to_owned)
            .collect()
    }
}

/// Debian installs each version's programs in a separate folder.
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
