//! SQLite: a file, always opened read-only.

mod catalog;
mod error;
mod file;
mod rows;
mod types;
mod values;

use super::{Catalog, Database, Interrupt, Query, Session};
use crate::Result;
use crate::destination::UnitDestination;
use connectorx::prelude::Dispatcher;
use error::translated;
use file::OpenFile;
use rows::{Home, SqliteSource, SqliteTransport};
use rusqlite::InterruptHandle;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

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
}

impl Database for Sqlite {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        Ok(Box::new(catalog::SqliteCatalog::new(
            file::open(&self.path)?.0,
        )))
    }

    fn session(&self) -> Result<Box<dyn Session>> {
        let (connection, file) = file::open(&self.path)?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Box::new(SqliteSession {
            connection: Arc::new(Mutex::new(Some(connection))),
            interrupt,
            file,
        }))
    }
}

struct SqliteSession {
    connection: Home,
    interrupt: Arc<InterruptHandle>,
    file: OpenFile,
}

impl Session for SqliteSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let source = SqliteSource::new(&self.connection, destination.planned_schema());
        Dispatcher::<_, _, SqliteTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()?;
        self.file.check_unchanged()
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(SqliteInterrupt(Arc::clone(&self.interrupt)))
    }
}

struct SqliteInterrupt(Arc<InterruptHandle>);

impl Interrupt for SqliteInterrupt {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
