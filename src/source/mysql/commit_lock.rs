//! The lock that sessions begin under if nothing else verifies that they see one snapshot.

use super::super::shared::CommitLock;
use super::connection::Connection;
use super::login::Login;
use crate::job::{ExtractorChoice, Waits};
use crate::source::mysql::client::{self, Client};
use crate::{Error, ErrorKind, Result};

/// Statements that take a lock, and the one that releases it.
struct Lock {
    name: &'static str,
    take: &'static [&'static str],
    give_back: &'static str,
}

/// Readers and writers continue. Only commits wait. Since MariaDB 10.4.
/// <https://mariadb.com/kb/en/backup-stage/>
const BACKUP_STAGE: Lock = Lock {
    name: "backup-stage",
    take: &[
        "BACKUP STAGE START",
        "BACKUP STAGE BLOCK_DDL",
        "BACKUP STAGE BLOCK_COMMIT",
    ],
    give_back: "BACKUP STAGE END",
};
/// All writes wait. <https://dev.mysql.com/doc/refman/8.4/en/flush.html>
const GLOBAL_READ_LOCK: Lock = Lock {
    name: "global-read-lock",
    take: &["FLUSH TABLES WITH READ LOCK"],
    give_back: "UNLOCK TABLES",
};

struct Locked {
    connection: Box<Connection>,
    lock: &'static Lock,
}

impl Drop for Locked {
    fn drop(&mut self) {
        // If this fails, the lock still ends with its connection.
        let _ = self.connection.execute(self.lock.give_back);
    }
}

/// Takes the least obstructive lock that the server has. It ends with its connection.
pub(super) fn commit_lock(login: &Login, waits: &Waits) -> Result<CommitLock> {
    let (client, _) = client::connect(login, ExtractorChoice::Wire, waits)?;
    let Client::Wire(mut connection) = client else {
        return Err(Error::new(
            ErrorKind::Bug,
            "internal error: the commit lock needs a native connection",
        ));
    };
    // A read-only session can't take such a lock.
    connection.execute("SET SESSION TRANSACTION READ WRITE")?;
    let version = connection.text_rows("SELECT VERSION()")?;
    let version = version.iter().flatten().flatten().next();
    let is_mariadb = version.is_some_and(|version| version.contains("MariaDB"));
    let lock = if is_mariadb {
        &BACKUP_STAGE
    } else {
        &GLOBAL_READ_LOCK
    };
    for statement in lock.take {
        connection
            .execute(statement)
            .map_err(|error| no_lock(&error))?;
    }
    Ok(CommitLock::new(lock.name, Locked { connection, lock }))
}

fn no_lock(error: &Error) -> Error {
    let message =
        format!("can't take the lock that --snapshot require needs for a moment: {error}");
    Error::new(error.kind(), message)
        .advise("GRANT RELOAD to the user, turn on MariaDB's binary log, or use --workers 1 or --snapshot auto")
}
