//! SQLite: a file, always opened read-only.

mod blocks;
mod catalog;
mod chunk;
mod cursor;
mod dialect;
mod error;
mod file;
mod format;
mod indexes;
mod journal;
mod locator;
mod read_ahead;
mod rows;
mod spelling;
mod storage;
mod transaction;
mod types;

use super::in_place;
use super::lease::Lender;
use super::{
    Begin, Catalog, CommitLock, Database, Dialect, Extractor, Query, QueryCanceller, Session,
    SessionFacts, Transaction,
};
use crate::Result;
use crate::destination::{Intake, UnitDestination};
use crate::job::{Reading, Waits};
use catalog::SqliteCatalog;
pub(super) use dialect::DIALECT;
use error::translated;
use file::OpenFile;
use format::SqliteStored;
use rows::StoredRows;
use rusqlite::{Connection, InterruptHandle};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use types::Types;

/// A SQLite file.
pub(super) struct Sqlite {
    path: PathBuf,
    types: Types,
    lock_wait: Duration,
}

impl Sqlite {
    pub(super) fn new(path: &Path, reading: &Reading, waits: &Waits) -> Self {
        Self {
            path: path.to_owned(),
            types: Types::new(reading),
            lock_wait: waits.lock,
        }
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    /// A table can't be pinned. The schema's mark shows whether the schema is still the same.
    fn catalog(&self, _pins: bool) -> Result<(Box<dyn Catalog>, SessionFacts)> {
        let (connection, file) = file::open(&self.path, self.lock_wait)?;
        let facts = SessionFacts {
            schema_mark: Some(transaction::schema_mark(&connection, &file)?),
            ..SessionFacts::of(Extractor::Wire)
        };
        let catalog = SqliteCatalog::new(connection, self.types.clone());
        Ok((Box::new(catalog), facts))
    }

    fn session(&self, _extractor: Extractor) -> Result<Box<dyn Session>> {
        let (connection, file) = file::open(&self.path, self.lock_wait)?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Box::new(SqliteSession {
            home: Lender::of(connection),
            interrupt,
            file,
        }))
    }

    fn commit_lock(&self) -> Result<CommitLock> {
        transaction::commit_lock(&self.path, self.lock_wait)
    }
}

struct SqliteSession {
    home: Lender<Connection>,
    interrupt: Arc<InterruptHandle>,
    file: OpenFile,
}

impl Session for SqliteSession {
    fn intake(&self) -> Intake {
        Intake::Gated(&SqliteStored)
    }

    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let schema = destination.planned_schema();
        let wants = destination.wants();
        let rows = StoredRows::new(self.home.lend()?, query.row_id, (schema, wants));
        in_place::read(rows, query, destination)?;
        self.file.check_unchanged()
    }

    fn canceller(&self) -> Arc<dyn QueryCanceller> {
        Arc::new(SqliteCanceller(Arc::clone(&self.interrupt)))
    }
}

/// No table needs a pin: a reader sees no changes in its transaction.
impl Transaction for SqliteSession {
    fn begin(&mut self, begin: &Begin) -> Result<()> {
        transaction::begin(self.home.lend()?.get_mut()?, &self.file, begin)
    }

    fn count(&mut self, sql: &str) -> Result<u64> {
        let mut connection = self.home.lend()?;
        let counted = connection
            .get_mut()?
            .query_row(sql, (), |row| row.get::<_, u64>(0));
        counted.map_err(|cause| translated(&cause))
    }

    fn end(&mut self) -> Result<()> {
        let mut connection = self.home.lend()?;
        let ended = connection.get_mut()?.execute_batch("ROLLBACK");
        ended.map_err(|cause| translated(&cause))
    }
}

struct SqliteCanceller(Arc<InterruptHandle>);

impl QueryCanceller for SqliteCanceller {
    fn cancel_query(&self) {
        self.0.interrupt();
    }
}
