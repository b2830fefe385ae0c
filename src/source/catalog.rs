//! The catalogue: what a database is asked of its tables, and the session that asks.

use super::{
    Database, Dialect, Extractor, Named, QueryCanceller, Relation, Sharing, StoredOrder, Table,
    TextRow, farewell,
};
use crate::watch::Watch;
use crate::{Error, ErrorKind, Result};
use std::sync::Arc;

/// A connection that answers questions of the database's tables. Each of them may wait for a server.
pub(crate) trait Catalog: Send {
    /// The database's name and version.
    fn version(&mut self) -> Result<String>;

    /// Names of the base tables that the session sees, in any order.
    fn base_tables(&mut self) -> Result<Vec<String>>;

    /// A table or view, or `None` if there is none of that name.
    fn table(&mut self, name: &str) -> Result<Option<Table>>;

    /// Lets the database parse and plan a query, without running it.
    fn check(&mut self, sql: &str) -> Result<()>;

    /// Whether the database reads nothing but one table for a query that it has understood.
    fn reads_alone(&mut self, sql: &str) -> Result<bool>;

    /// The rows of a small query, as text.
    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>>;

    /// How sessions can see one state.
    fn sharing(&mut self) -> Result<Sharing>;

    /// Tables that no pattern is to find, each with what it is in words: the database made them for others.
    fn set_apart(&mut self) -> Result<Vec<(String, &'static str)>> {
        Ok(Vec::new())
    }

    /// Asks for many tables together, so that [`Catalog::table`] answers for them at once. Those that don't exist are passed
    /// over.
    fn prepare(&mut self, _names: &[String]) -> Result<()> {
        Ok(())
    }

    /// Where a table is that is not found by this name, and how it is named: advice.
    fn elsewhere(&mut self, _name: &str) -> Result<Option<String>> {
        Ok(None)
    }

    /// What a query of a table, which says no order and which the database has understood, makes of its stored order.
    fn stored_order(&mut self, _table: &str, sql: &str) -> Result<StoredOrder> {
        Ok(if self.reads_alone(sql)? {
            StoredOrder::Kept
        } else {
            StoredOrder::Undefined("a query in the filter")
        })
    }

    /// Which of these tables hold the rows of which others of them, too: the one that holds them first.
    fn beneath(&mut self, _names: &[String]) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    /// The relations that these queries read, at any depth, kept as they are where this catalogue pins. None where the database
    /// doesn't tell.
    fn relations(&mut self, _named: &[Named]) -> Result<Vec<Relation>> {
        Ok(Vec::new())
    }

    /// Functions that conditions call and that are not the database's own, in words. None where the database keeps what these
    /// read as it is.
    fn calls(&mut self, _conditions: &[String]) -> Result<Option<String>> {
        Ok(None)
    }

    /// Which server it is connected to: see [`Transaction::server`](super::Transaction::server).
    fn server(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// What stays the same as long as nobody commits, where the database has such a thing.
    fn witness(&mut self) -> Result<Option<String>> {
        Ok(None)
    }
}

/// What is known of the catalogue's session as soon as it is connected.
pub(crate) struct SessionFacts {
    /// Who reads the rows of this database's sessions.
    pub extractor: Extractor,
    /// What the user should know of how the rows will be read.
    pub warnings: Vec<String>,
    /// A mark of the schema as this connection first saw it, for a database whose tables can't be pinned.
    pub schema_mark: Option<String>,
    /// What ends this connection's query from another thread, where anything does.
    pub canceller: Option<Arc<dyn QueryCanceller>>,
}

impl SessionFacts {
    /// A session of which nothing else is to be known.
    pub fn of(extractor: Extractor) -> Self {
        Self {
            extractor,
            warnings: Vec::new(),
            schema_mark: None,
            canceller: None,
        }
    }
}

/// The session on which a plan is made. It lasts until the job needs its pins no longer.
pub(crate) struct CatalogSession {
    /// How its database writes SQL.
    pub dialect: &'static Dialect,
    /// What is known of it without a question.
    pub facts: SessionFacts,
    /// There until the drop; [`CatalogSession::ask`] alone leads to it.
    catalog: Option<Box<dyn Catalog>>,
    watch: Arc<Watch>,
}

impl CatalogSession {
    /// Connects. With `pins` nobody alters a table that it has described before it is dropped. Whoever looks at the `watch`
    /// sees for how long it waits for an answer.
    pub fn connect(database: &dyn Database, pins: bool, watch: Arc<Watch>) -> Result<Self> {
        let (catalog, facts) = database.catalog(pins)?;
        Ok(Self {
            dialect: database.dialect(),
            facts,
            catalog: Some(catalog),
            watch,
        })
    }

    /// Connects anew, with pins, after its session was lost.
    pub fn reconnect(&mut self, database: &dyn Database) -> Result<()> {
        *self = Self::connect(database, true, Arc::clone(&self.watch))?;
        Ok(())
    }

    /// Asks the database. All questions go this way, so that none is asked unwatched: a client library may wait for its answer
    /// without an end.
    pub fn ask<T>(&mut self, question: impl FnOnce(&mut dyn Catalog) -> Result<T>) -> Result<T> {
        match &mut self.catalog {
            Some(catalog) => self.watch.during(|| question(catalog.as_mut())),
            None => Err(Error::new(ErrorKind::Bug, "the catalogue was left already")),
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
