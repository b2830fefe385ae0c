//! A server that only one test uses, to kill it or to change its settings.

use super::super::database::System;
use super::{Admin, MariaDb, Postgres};
use r2d2_mysql::mysql::prelude::Queryable;
use rustix::process::{Pid, Signal, kill_process};
use std::cell::RefCell;
use std::path::PathBuf;

/// A server that stops when this value is dropped.
pub struct Lonely {
    server: Server,
    database: String,
    /// The processes of PostgreSQL sessions that were stopped.
    stopped: RefCell<Vec<i32>>,
}

enum Server {
    MariaDb(MariaDb),
    Postgres(Postgres),
}

impl Lonely {
    pub fn start(system: System) -> Self {
        let (server, database) = if system == System::MariaDb {
            let server = MariaDb::start();
            let database = server.fresh_database();
            (Server::MariaDb(server), database)
        } else {
            let server = Postgres::start();
            let database = server.fresh_database();
            (Server::Postgres(server), database)
        };
        Self {
            server,
            database,
            stopped: RefCell::default(),
        }
    }

    /// A MariaDB server on which sessions can't set their clock.
    pub fn with_secure_timestamp() -> Self {
        let server = MariaDb::start_with_secure_timestamp();
        let database = server.fresh_database();
        Self {
            server: Server::MariaDb(server),
            database,
            stopped: RefCell::default(),
        }
    }

    pub fn system(&self) -> System {
        match self.server {
            Server::MariaDb(_) => System::MariaDb,
            Server::Postgres(_) => System::Postgres,
        }
    }

    /// The URL for `--source`.
    pub fn url(&self) -> String {
        match &self.server {
            Server::MariaDb(server) => server.url(&self.database),
            Server::Postgres(server) => server.url(&self.database),
        }
    }

    pub fn port(&self) -> u16 {
        match &self.server {
            Server::MariaDb(server) => server.port(),
            Server::Postgres(server) => server.port(),
        }
    }

    /// The URL for `--source`, for another user with the same password.
    pub fn url_of(&self, user: &str) -> String {
        self.url().replace("//reader:", &format!("//{user}:"))
    }

    /// Its database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// A session with all privileges.
    pub fn admin(&self) -> Admin {
        match &self.server {
            Server::MariaDb(server) => Admin::MariaDb(Box::new(server.connect_to(&self.database))),
            Server::Postgres(server) => {
                Admin::Postgres(Box::new(server.connect_to(&self.database)))
            }
        }
    }

    /// Runs the statements, each separately.
    pub fn execute_all(&self, statements: &[String]) {
        match &self.server {
            Server::MariaDb(server) => {
                let mut conn = server.connect_to(&self.database);
                for statement in statements {
                    conn.query_drop(statement).expect("a statement");
                }
            }
            Server::Postgres(server) => {
                let mut client = server.connect_to(&self.database);
                for statement in statements {
                    client.batch_execute(statement).expect("a statement");
                }
            }
        }
    }

    fn number(&self, query: &str) -> i64 {
        match &self.server {
            Server::MariaDb(server) => {
                let found = server.connect_to(&self.database).query_first(query);
                found.expect("a query").expect("a number")
            }
            Server::Postgres(server) => {
                let found = server.connect_to(&self.database).query_one(query, &[]);
                found.expect("a number").get(0)
            }
        }
    }

    /// The number of sessions of the user `reader`.
    pub fn sessions(&self) -> i64 {
        self.number(match self.server {
            Server::MariaDb(_) => {
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'reader'"
            }
            Server::Postgres(_) => "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'",
        })
    }

    /// The number of MariaDB sessions that are waiting for the reader to receive what they send.
    pub fn sending_sessions(&self) -> i64 {
        self.number(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST \
             WHERE USER = 'reader' AND STATE IN ('Sending data', 'Writing to net')",
        )
    }

    /// Ends the reader's sessions that aren't running a query. Returns how many there were.
    pub fn end_idle_sessions(&self) -> usize {
        match &self.server {
            Server::MariaDb(server) => {
                let mut conn = server.connect_to(&self.database);
                let idle = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND COMMAND = 'Sleep'";
                let ids: Vec<u64> = conn.query(idle).expect("a query");
                for id in &ids {
                    conn.query_drop(format!("KILL CONNECTION {id}"))
                        .expect("an end");
                }
                ids.len()
            }
            Server::Postgres(_) => {
                let ended = self.number(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE usename = 'reader' AND state LIKE 'idle%'",
                );
                usize::try_from(ended).expect("a small number")
            }
        }
    }

    /// Sends a signal to the server's main process.
    pub fn signal(&self, signal: Signal) {
        let (path, others): (PathBuf, Vec<i32>) = match &self.server {
            Server::MariaDb(server) => (server.folder().join("pid"), Vec::new()),
            Server::Postgres(server) => {
                let path = server.folder().join("data/postmaster.pid");
                (path, self.backends(signal))
            }
        };
        let text = std::fs::read_to_string(&path).expect("a pid file");
        let first = text.lines().next().expect("a first line");
        let first = first.trim().parse().expect("a process id");
        let signal_to = |pid| {
            let pid = Pid::from_raw(pid).expect("a process id");
            kill_process(pid, signal)
        };
        for pid in others {
            // The main process ends the others as soon as one of them is killed.
            let _ = signal_to(pid);
        }
        signal_to(first).expect("the server is ours");
    }

    /// Sends a signal to the session processes, which keep running if PostgreSQL's main process is stopped or killed.
    fn backends(&self, signal: Signal) -> Vec<i32> {
        let Server::Postgres(server) = &self.server else {
            return Vec::new();
        };
        if signal == Signal::QUIT {
            return Vec::new();
        }
        if signal == Signal::CONT {
            return self.stopped.borrow().clone();
        }
        let rows = server.connect_to(&self.database).query(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'reader'",
            &[],
        );
        let pids: Vec<i32> = rows.expect("pids").iter().map(|row| row.get(0)).collect();
        self.stopped.borrow_mut().clone_from(&pids);
        pids
    }
}
