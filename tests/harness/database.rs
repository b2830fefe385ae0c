//! A test's own database, in any of the three systems.

use super::servers::{self, MariaDb};
use super::table::Table;
use r2d2_mysql::mysql::prelude::Queryable;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Servers end a session some time after its client is gone. It must end within this time.
const SESSIONS_END: Duration = Duration::from_secs(5);

/// The databases that firstseen reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Sqlite,
    MariaDb,
    Postgres,
}

impl System {
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::MariaDb, Self::Postgres];

    pub fn quote(self, identifier: &str) -> String {
        match self {
            Self::MariaDb => format!("`{}`", identifier.replace('`', "``")),
            Self::Sqlite | Self::Postgres => format!("\"{}\"", identifier.replace('"', "\"\"")),
        }
    }
}

/// How to reach a server over TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Plain,
    Tls,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::Plain, Self::Tls];

    fn sslmode(self) -> &'static str {
        match self {
            Self::Plain => "disable",
            Self::Tls => "require",
        }
    }
}

/// A database that no other test uses.
pub enum Database {
    Sqlite(PathBuf),
    /// A private server, and the database's name there.
    MariaDb(&'static MariaDb, String),
    /// The database's name on the private server.
    Postgres(String),
}

impl Database {
    /// A new empty database. For SQLite, the file is in `folder`.
    pub fn fresh(system: System, folder: &Path) -> Self {
        match system {
            System::Sqlite => Self::Sqlite(folder.join("source.sqlite")),
            System::MariaDb => Self::at(servers::mariadb()),
            System::Postgres => Self::Postgres(servers::postgres().fresh_database()),
        }
    }

    /// A new empty database on this server.
    pub fn at(server: &'static MariaDb) -> Self {
        Self::MariaDb(server, server.fresh_database())
    }

    pub fn system(&self) -> System {
        match self {
            Self::Sqlite(_) => System::Sqlite,
            Self::MariaDb(..) => System::MariaDb,
            Self::Postgres(_) => System::Postgres,
        }
    }

    /// The URL for `--source`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::MariaDb(server, name) => server.url(name),
            Self::Postgres(name) => servers::postgres().url(name),
        }
    }

    /// The server's port.
    pub fn port(&self) -> u16 {
        match self {
            Self::Sqlite(path) => panic!("{} is a file", path.display()),
            Self::MariaDb(server, _) => server.port(),
            Self::Postgres(_) => servers::postgres().port(),
        }
    }

    /// The URL for `--source`, for another MariaDB user.
    pub fn url_of(&self, user: &str) -> String {
        self.mariadb()
            .url_of(user, "127.0.0.1", self.name(), "sslmode=disable")
    }

    /// The database's MariaDB server.
    pub fn mariadb(&self) -> &'static MariaDb {
        match self {
            Self::MariaDb(server, _) => server,
            other => panic!("{:?} isn't a MariaDB server", other.system()),
        }
    }

    /// The URL for `--source`, with another port on the loopback.
    pub fn url_by_port(&self, port: u16) -> String {
        let own = format!("@127.0.0.1:{}/", self.port());
        self.url().replace(&own, &format!("@127.0.0.1:{port}/"))
    }

    /// The same, over this transport.
    pub fn url_by(&self, way: Way, port: u16) -> String {
        format!("{}?sslmode={}", self.url_by_port(port), way.sslmode())
    }

    /// The database's name on its server.
    pub fn name(&self) -> &str {
        match self {
            Self::Sqlite(path) => panic!("{} is a file", path.display()),
            Self::MariaDb(_, name) | Self::Postgres(name) => name,
        }
    }

    /// The single integer that a query returns.
    pub fn count(&self, query: &str) -> i64 {
        match self {
            Self::Sqlite(path) => {
                let conn = rusqlite::Connection::open(path).expect("a SQLite file");
                conn.query_row(query, (), |row| row.get(0))
                    .expect("a count")
            }
            Self::MariaDb(server, name) => {
                let found = server.connect_to(name).query_first(query);
                found.expect("a query").expect("a count")
            }
            Self::Postgres(name) => {
                let found = servers::postgres().connect_to(name).query_one(query, &[]);
                found.expect("a count").get(0)
            }
        }
    }

    /// The number of sessions of the user `reader` in the database.
    pub fn sessions(&self) -> i64 {
        match self {
            Self::Sqlite(_) => 0,
            Self::MariaDb(_, name) => self.count(&format!(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND DB = '{name}'"
            )),
            Self::Postgres(name) => self.count(&format!(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND datname = '{name}'"
            )),
        }
    }

    /// How many of the reader's sessions are left after the server has had time to notice that their job is gone.
    pub fn sessions_left(&self) -> i64 {
        let begun = Instant::now();
        loop {
            let left = self.sessions();
            if left == 0 || begun.elapsed() > SESSIONS_END {
                return left;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Opens a session that keeps others from reading a table until it is dropped.
    pub fn lock(&self, table: &str) -> Box<dyn std::any::Any> {
        let table = self.system().quote(table);
        match self {
            Self::Sqlite(path) => {
                let conn = rusqlite::Connection::open(path).expect("a SQLite file");
                conn.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
                Box::new(conn)
            }
            Self::MariaDb(server, name) => {
                let mut conn = server.connect_to(name);
                conn.query_drop(format!("LOCK TABLES {table} WRITE"))
                    .expect("a lock");
                Box::new(conn)
            }
            Self::Postgres(name) => {
                let mut client = servers::postgres().connect_to(name);
                let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
                client.batch_execute(&lock).expect("a lock");
                Box::new(client)
            }
        }
    }

    /// Ends all sessions of the user `reader` in the database.
    pub fn end_sessions(&self) {
        match self {
            Self::Sqlite(_) => {}
            Self::MariaDb(server, name) => {
                let mut conn = server.connect_to(name);
                let ids: Vec<u64> = conn
                    .query(format!(
                        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND DB = '{name}'"
                    ))
                    .expect("a query");
                for id in ids {
                    // It might have ended already.
                    let _ = conn.query_drop(format!("KILL CONNECTION {id}"));
                }
            }
            Self::Postgres(_) => {
                self.count(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE usename = 'reader' AND datname = current_database()",
                );
            }
        }
    }

    pub fn execute(&self, statement: &str) {
        self.execute_all(&[statement]);
    }

    /// Creates and fills the table.
    pub fn create(&self, table: &Table) {
        self.execute_all(&table.statements(self.system()));
    }

    /// Runs the statements in one session, in one transaction if the database supports DDL in transactions.
    pub fn execute_all<S: AsRef<str>>(&self, statements: &[S]) {
        let statements: Vec<&str> = statements.iter().map(AsRef::as_ref).collect();
        let script = format!("BEGIN;{};COMMIT", statements.join(";"));
        match self {
            Self::Sqlite(path) => {
                let conn = rusqlite::Connection::open(path).expect("a SQLite file");
                conn.execute_batch(&script)
                    .unwrap_or_else(|cause| failed(&statements, &cause));
            }
            Self::MariaDb(server, name) => {
                let mut conn = server.connect_to(name);
                for statement in &statements {
                    conn.query_drop(statement)
                        .unwrap_or_else(|cause| failed(&statements, &cause));
                }
            }
            Self::Postgres(name) => {
                let mut client = servers::postgres().connect_to(name);
                client
                    .batch_execute(&script)
                    .unwrap_or_else(|cause| failed(&statements, &cause));
            }
        }
    }
}

fn failed(statements: &[&str], cause: &dyn std::error::Error) -> ! {
    let source = cause.source().map(ToString::to_string).unwrap_or_default();
    let statements: Vec<String> = statements
        .iter()
        .map(|text| text.chars().take(300).collect())
        .collect();
    panic!("{cause}: {source}\n{}", statements.join("\n"))
}
