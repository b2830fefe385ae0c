//! A private MariaDB server.

use super::certificates;
use super::supervised::{Supervised, free_port, program};
use super::{ENCODED_PASSWORD, PASSWORD, fresh_name};
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, OptsBuilder};
use std::path::{Path, PathBuf};

/// Like most servers, each offers TLS. The options name files of [`certificates::write`].
const TLS: [&str; 2] = ["ssl-cert=server.pem", "ssl-key=server.key"];

/// A running server, and how to reach it.
pub struct MariaDb {
    server: Supervised,
    port: u16,
}

impl MariaDb {
    pub(super) fn start() -> Self {
        // Snapshots are identified by their position in the binary log.
        Self::started(&["--log-bin=binlog"])
    }

    /// A server on which sessions can't set their clock.
    pub(super) fn start_with_secure_timestamp() -> Self {
        Self::started(&["--skip-log-bin", "--secure-timestamp=YES"])
    }

    /// A server that claims to be MySQL, and has no binary log.
    pub(super) fn start_as_mysql() -> Self {
        Self::started(&["--skip-log-bin", "--version=8.0.36"])
    }

    /// A server without a binary log, whose users must meet conditions: `encrypted` must use TLS, and `old` uses an
    /// authentication plugin that no client in these tests knows.
    pub(super) fn start_secured() -> Self {
        let mariadb = Self::started(&["--skip-log-bin"]);
        let mut conn = mariadb.connect_to("mysql");
        for statement in [
            format!("CREATE USER encrypted IDENTIFIED BY '{PASSWORD}' REQUIRE SSL"),
            "CREATE USER bare".into(),
            "SET GLOBAL secure_auth = 0".into(),
            "CREATE USER old IDENTIFIED VIA mysql_old_password USING '6f8c114b58f2ce9e'".into(),
            "GRANT SELECT ON *.* TO encrypted, bare, old".into(),
        ] {
            conn.query_drop(&statement)
                .unwrap_or_else(|cause| panic!("{statement}: {cause}"));
        }
        mariadb
    }

    fn started(more: &[&str]) -> Self {
        let server = Supervised::new("mariadb");
        let mut mariadb = Self {
            server,
            port: free_port(),
        };
        let data = format!(
            "--datadir={}",
            mariadb.server.folder().join("data").display()
        );
        let install = [
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            &data,
        ];
        mariadb.server.prepare(
            &program("mariadb-install-db", sbin()),
            &install.map(str::to_owned),
        );
        certificates::write(mariadb.server.folder());
        mariadb.server.keep_secret("server.key");
        let folder = mariadb.server.folder().display();
        let tls = TLS.map(|option| {
            let (option, file) = option.split_once('=').expect("an option and a file");
            format!("--{option}={folder}/{file}")
        });
        let mut options = mariadb.options(&data);
        options.extend(tls);
        options.extend(more.iter().map(ToString::to_string));
        let (port, socket) = (mariadb.port, mariadb.socket());
        let ready = || Conn::new(root(&socket)).is_ok();
        mariadb
            .server
            .start(&program("mariadbd", sbin()), &options, "KILL", ready);
        let mut conn = mariadb.connect_to("mysql");
        for statement in [
            format!("CREATE USER reader IDENTIFIED BY '{PASSWORD}'"),
            "GRANT SELECT, INSERT, CREATE, DROP ON *.* TO reader".into(),
            "GRANT PROCESS ON *.* TO reader".into(),
            format!("CREATE USER reloader IDENTIFIED BY '{PASSWORD}'"),
            "GRANT SELECT, RELOAD ON *.* TO reloader".into(),
            format!("CREATE USER few IDENTIFIED BY '{PASSWORD}' WITH MAX_USER_CONNECTIONS 3"),
            "GRANT SELECT ON *.* TO few".into(),
        ] {
            conn.query_drop(&statement)
                .unwrap_or_else(|cause| panic!("port {port}: {statement}: {cause}"));
        }
        mariadb
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's folder, which contains its certificates.
    pub fn folder(&self) -> &Path {
        self.server.folder()
    }

    /// The URL with another user, host and query.
    pub fn url_of(&self, user: &str, host: &str, database: &str, query: &str) -> String {
        let port = self.port;
        format!("mysql://{user}:{ENCODED_PASSWORD}@{host}:{port}/{database}?{query}")
    }

    /// A new empty database.
    pub fn fresh_database(&self) -> String {
        let name = fresh_name();
        self.connect_to("mysql")
            .query_drop(format!("CREATE DATABASE {name}"))
            .expect("a new database");
        name
    }

    /// The URL for the user `reader`.
    pub fn url(&self, database: &str) -> String {
        self.url_with(ENCODED_PASSWORD, database)
    }

    /// The URL with another password, which must be percent-encoded.
    pub fn url_with(&self, password: &str, database: &str) -> String {
        format!(
            "mysql://reader:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// A connection with all privileges.
    pub fn connect_to(&self, database: &str) -> Conn {
        let options = root(&self.socket()).db_name(Some(database));
        Conn::new(options).expect("root reaches the private MariaDB")
    }

    /// The path of the server's Unix socket.
    pub fn socket(&self) -> String {
        self.server.folder().join("socket").display().to_string()
    }

    /// Options for data that isn't kept after the tests: no durability, small buffers.
    fn options(&self, data: &str) -> Vec<String> {
        let socket = format!("--socket={}", self.socket());
        let port = format!("--port={}", self.port);
        let pid = format!("--pid-file={}", self.server.folder().join("pid").display());
        // A server that starts removes files that look like its own temporary tables.
        let temporary = format!("--tmpdir={}", self.server.folder().display());
        let fixed = [
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--log-bin-trust-function-creators=1",
            "--max-connections=300",
            "--max-allowed-packet=128M",
            "--character-set-server=utf8mb4",
            // No value may depend on the server's time zone.
            "--default-time-zone=+05:00",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-log-file-size=16M",
            "--innodb-fast-shutdown=2",
        ];
        ["--no-defaults", data, &socket, &port, &pid, &temporary]
            .into_iter()
            .chain(fixed)
            .map(str::to_owned)
            .collect()
    }
}

fn root(socket: &str) -> OptsBuilder {
    OptsBuilder::new()
        .socket(Some(socket))
        .user(Some("root"))
        .prefer_socket(true)
}

fn sbin() -> Vec<PathBuf> {
    vec!["/usr/bin".into(), "/usr/sbin".into()]
}
