//! How the sessions of a job see one state of the database, as far as it lets them.

use super::TextRow;
use crate::{Error, ErrorKind, Result};

/// What to do where a server, a database or a user has a limit on sessions. The catalogue's keeps the pins, so that a job of
/// one worker has two.
pub(super) const NO_CONNECTION_LEFT: &str = "a job needs a connection for the catalogue and one for each of --workers, \
     two at least: raise the limit, or end other sessions";

/// What a database offers to sessions that want to see one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Whoever begins with this name sees what the catalogue's connection saw.
    Exported(String),
    /// Sessions say which state they see: those that begin while nobody commits see the same one.
    Witnessed,
    /// Nothing without a lock; the reason.
    Unproved(&'static str),
}

/// With what a session begins the transaction in which it reads all its units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begin {
    /// The state to take over.
    pub exported: Option<String>,
    /// The server of the catalogue's connection.
    pub server: Option<String>,
    /// The catalogue's mark of the schema that the plan was made of, where it has one.
    pub schema: Option<String>,
}

/// Keeps all other sessions from committing until it is dropped: sessions that begin meanwhile see one state.
pub(crate) struct CommitLock {
    /// What it is called in the manifest.
    pub name: &'static str,
    /// Gives the lock back when it is dropped.
    _lock: Box<dyn Send>,
}

impl CommitLock {
    pub(super) fn new(name: &'static str, lock: impl Send + 'static) -> Self {
        Self {
            name,
            _lock: Box::new(lock),
        }
    }
}

/// A connection whose transaction can be begun anew.
pub(crate) trait Transaction {
    /// Begins the transaction.
    fn begin(&mut self, begin: &Begin) -> Result<()>;

    /// Which server it is connected to, where a name or a proxy may lead to several and nothing else tells.
    fn server(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Begins the transaction of the session's first unit, where each unit has its own: whoever can't have one now is to know
    /// it before the units are dealt.
    fn begin_unit(&mut self) -> Result<()> {
        Ok(())
    }

    /// What tells the state that the transaction sees, where anything does. Not to be asked of several sessions at once.
    fn witness(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Uses each table once, so that nobody alters it before the transaction's end. `tables` are what follows FROM.
    fn pin(&mut self, _tables: &[String]) -> Result<()> {
        Ok(())
    }

    /// The one number that a query gives in the transaction.
    fn count(&mut self, sql: &str) -> Result<u64>;

    /// Ends the transaction.
    fn end(&mut self) -> Result<()>;
}

/// A session whose units are each read by itself: ConnectorX's stock sources know of no transaction around them.
pub(crate) trait Untransacted {}

impl<T: Untransacted> Transaction for T {
    fn begin(&mut self, _begin: &Begin) -> Result<()> {
        Ok(())
    }

    /// Without a transaction it would mean nothing.
    fn count(&mut self, _sql: &str) -> Result<u64> {
        Err(Error::new(ErrorKind::Bug, "a stock session counts no rows"))
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The number that a query gives as text in its one row.
pub(super) fn number(rows: &[TextRow]) -> Result<u64> {
    let text = rows.first().and_then(|row| row.first()?.as_deref());
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::new(ErrorKind::Bug, "a count is no number"))
}

/// The statement that uses a table and reads no row of it.
pub(super) fn pin(table: &str) -> String {
    format!("SELECT 1 FROM {table} LIMIT 0")
}
