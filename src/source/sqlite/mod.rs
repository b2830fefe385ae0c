//! SQLite: a file, always opened read-only.

mod catalog;
mod chunk;
mod error;
mod file;
mod indexes;
mod rows;
mod storage;
mod types;
mod values;

use super::lent::Home;
use super::{Catalog, Database, Extractor, Interrupt, Query, Session};
use crate::Result;
use crate::destination::UnitDestination;
use crate::job::SqliteTypes;
use connectorx::prelude::Dispatcher;
use error::translated;
use file::OpenFile;
use rows::{SqliteSource, SqliteTransport};
use rusqlite::{Connection, InterruptHandle};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A SQLite file.
pub(super) struct Sqlite {
    path: PathBuf,
    types: SqliteTypes,
}

impl Sqlite {
    pub(super) fn new(path: &Path, types: SqliteTypes) -> Self {
        Self {
            path: path.to_owned(),
            types,
        }
    }
}

impl Database for Sqlite {
    fn catalog(&self) -> Result<Box<dyn Catalog>> {
        Ok(Box::new(catalog::SqliteCatalog::new(
            file::open(&self.path)?.0,
            self.types,
        )))
    }

    fn session(&self, _extractor: Extractor) -> Result<Box<dyn Session>> {
        let (connection, file) = file::open(&self.path)?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Box::new(SqliteSession {
            home: Home::of(connection),
            interrupt,
            file,
            any_as_text: self.types == SqliteTypes::Text,
        }))
    }
}

struct SqliteSession {
    home: Home<Connection>,
    interrupt: Arc<InterruptHandle>,
    file: OpenFile,
    any_as_text: bool,
}

impl Session for SqliteSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let source = SqliteSource::new(
            self.home.lend()?,
            query.row_id,
            self.any_as_text,
            destination,
        );
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
