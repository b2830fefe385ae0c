//! The catalog: what a database is asked about its tables, and the session that asks.

use super::{
    Database, Dialect, Extractor, Named, QueryCanceller, Relation, Sharing, StoredOrder, Table,
    TextRow, farewell,
};
use crate::watch::Watch;
use crate::{Error, ErrorKind, Result};
use std::sync::Arc;

/// A connection that answers questions about the database's tables. Each question can wait for a server.
pub(crate) trait Catalog: Send {
    /// Returns the database's name and version.
    fn version(&mut self) -> Result<String>;

    /// Returns the names of the base tables that the session sees, in any order.
    fn base_tables(&mut self) -> Result<Vec<String>>;

    /// Describes a table or view. `None` if there is none of that name.
    fn table(&mut self, name: &str) -> Result<Option<Table>>;

    /// Has the database parse and plan a query, without running it.
    fn check(&mut self, sql: &str) -> Result<()>;

    /// Returns whether the database reads only one table for a query that it has accepted.
    fn reads_alone(&mut self, sql: &str) -> Result<bool>;

    /// Returns the rows of a small query, as text.
    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>>;

    /// Returns how sessions can see one consistent snapshot.
    fn sharing(&mut self) -> Result<Sharing>;

    /// Returns the tables that patterns must not find, each with what it is in words: the database made them for other
    /// tables.
    fn set_apart(&mut self) -> Result<Vec<(String, &'static str)>> {
        Ok(Vec::new())
    }

    /// Asks about many tables together, so that [`Catalog::table`] answers immediately for each. Skips those that don't
    /// exist.
    fn prepare(&mut self, _names: &[String]) -> Result<()> {
        Ok(())
    }

    /// Returns where a table is that is not found by this name, and how to name it, as a hint.
    fn elsewhere(&mut self, _name: &str) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns how a query affects a table's stored order. The query has no `ORDER BY`, and the database has accepted it.
    fn stored_order(&mut self, _table: &str, sql: &str) -> Result<StoredOrder> {
        Ok(if self.reads_alone(sql)? {
            StoredOrder::Kept
        } else {
            StoredOrder::Undefined("a query in the filter")
        })
    }

    /// Returns which of these tables also hold the rows of others among them: pairs of a table and one whose rows it holds.
    fn beneath(&mut self, _names: &[String]) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    /// Returns the relations that these queries read, at any depth. If this catalog pins, they can't be altered from then
    /// on. Empty if the database doesn't report them.
    fn relations(&mut self, _named: &[Named]) -> Result<Vec<Relation>> {
        Ok(Vec::new())
    }

    /// Describes the functions that conditions call and that are not the database's own. `None` if the database keeps what
    /// they read unchanged.
    fn calls(&mut self, _conditions: &[String]) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns which server it is connected to: see [`Transaction::server`](super::Transaction::server).
    fn server(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns a value that stays the same as long as nobody commits, if the database has one.
    fn witness(&mut self) -> Result<Option<String>> {
        Ok(None)
    }
}

/// What is known about the catalog's session as soon as it is connected.
pub(crate) struct SessionFacts {
    /// What reads the rows in this database's sessions.
    pub extractor: Extractor,
    /// What the user should know about how the rows will be read.
    pub warnings: Vec<String>,
    /// Identifies the schema as this connection first saw it, for a database whose tables can't be pinned.
    pub schema_mark: Option<String>,
    /// What ends this connection's query from another thread, if anything can.
    pub canceller: Option<Arc<dyn QueryCanceller>>,
}

impl SessionFacts {
    /// Returns facts that consist of the extractor alone.
    pub fn of(extractor: Extractor) -> Self {
        Self {
            extractor,
            warnings: Vec::new(),
            schema_mark: None,
            canceller: None,
        }
    }
}

/// The session that a plan is made on. It lasts until the job no longer needs its pins.
pub(crate) struct CatalogSession {
    /// How its database writes SQL.
    pub dialect: &'static Dialect,
    /// What is known about it without asking.
    pub facts: SessionFacts,
    /// Present until the drop. Used only through [`CatalogSession::ask`].
    catalog: Option<Box<dyn Catalog>>,
    watch: Arc<Watch>,
}

impl CatalogSession {
    /// Connects. With `pins`, nobody can alter a table that it has described until it is dropped. The `watch` shows how long
    /// it has been waiting for an answer.
    pub fn connect(database: &dyn Database, pins: bool, watch: Arc<Watch>) -> Result<Self> {
        let (catalog, facts) = database.catalog(pins)?;
        Ok(Self {
            dialect: database.dialect(),
            facts,
            catalog: Some(catalog),
            watch,
        })
    }

    /// Reconnects, with pins, after its session was lost.
    pub fn reconnect(&mut self, database: &dyn Database) -> Result<()> {
        *self = Self::connect(database, true, Arc::clone(&self.watch))?;
        Ok(())
    }

    /// Asks the database. All questions are asked here, so that none goes unwatched: a client library can wait forever for
    /// its answer.
    pub fn ask<T>(&mut self, question: impl FnOnce(&mut dyn Catalog) -> Result<T>) -> Result<T> {
        match &mut self.catalog {
            Some(catalog) => self.watch.during(|| question(catalog.as_mut())),
            None => Err(Error::new(
                ErrorKind::Bug,
                "internal error: the catalog session has already ended",
            )),
        }
    }
}

impl Drop for CatalogSession {
    fn drop(&mut self) {
        if let Some(catalog) = self.catalog.take() {
            farewell(catalog);
        }
    }
}
