//! SQLite: a file, always opened read-only.

mod catalog;
mod error;
mod rows;
mod types;

use super::{Catalog, Database, Interrupt, Query, Session};
use crate::extract::UnitDestination;
use crate::{Error, ErrorKind, Result};
use connectorx::prelude::Dispatcher;
use error::translated;
use rows::{Home, SqliteSource, SqliteTransport};
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a reader waits for a writer's lock. In rollback-journal mode a commit locks readers out for its writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// A SQLite file.
pub(super) struct Sqlite {
    path: PathBuf,
}

impl Sqlite {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    fn open(&self) -> Result<Connection> {
        if !self.path.is_file() {
            return Err(Error::new(ErrorKind::Unreachable, format!("there is no SQLite file {}", self.path.display()))
                .advise("check the path of --source; a relative one in a job file is taken from that file's folder"));
        }
        // Without SQLITE_OPEN_URI the path is a path, whatever characters it has.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|cause| self.failed(&cause))?;
        connection
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(|cause| self.failed(&cause))?;
        // The file's first page is read here, so that what is no database is said to be none.
        let no_page =
            connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0));
        no_page.map_err(|cause| self.failed(&cause))?;
        Ok(connection)
    }

    fn failed(&self, cause: &rusqlite::Error) -> Error {
        translated(cause).within(self.path.display())
    }
}

impl Database for Sqlite {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        Ok(Box::new(catalog::SqliteCatalog::new(self.open()?)))
    }

    fn session(&self) -> Result<Box<dyn Session>> {
        let connection = self.open()?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Box::new(SqliteSession {
            connection: Arc::new(Mutex::new(Some(connection))),
            interrupt,
        }))
    }
}

struct SqliteSession {
    connection: Home,
    interrupt: Arc<InterruptHandle>,
}

impl Session for SqliteSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let source = SqliteSource::new(&self.connection, destination.planned_schema());
        Dispatcher::<_, _, SqliteTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn interrupt(&self) -> Box<dyn Interrupt> {
        Box::new(SqliteInterrupt(Arc::clone(&self.interrupt)))
    }
}

struct SqliteInterrupt(Arc<InterruptHandle>);

impl Interrupt for SqliteInterrupt {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
