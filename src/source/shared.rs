//! How a job's sessions see one consistent snapshot of the database, as far as the database allows.

use super::{Named, TextRow};
use crate::{Error, ErrorKind, Result};

/// What to do if a server, a database or a user has a limit on sessions. The catalog's session keeps the pins, so a job with
/// one worker has two sessions.
pub(super) const NO_CONNECTION_LEFT: &str = "raise the connection limit, or end other sessions; a job needs a \
     connection for the catalog and one for each of --workers, at least two, and for a moment one more with --snapshot require";

/// What a database offers to sessions that need to see one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// A session that begins with this name sees what the catalog's connection sees.
    Exported(String),
    /// Sessions can report which state they see. Those that begin while nobody commits see the same one.
    Witnessed,
    /// Nothing without a lock, for this reason.
    Unproved(&'static str),
}

/// What a session needs to begin the transaction in which it reads all its units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begin {
    /// The snapshot to import.
    pub exported: Option<String>,
    /// The server of the catalog's connection.
    pub server: Option<String>,
    /// The catalog's mark of the schema that the plan was made from, if it has one.
    pub schema: Option<String>,
}

/// Keeps all other sessions from committing until it is dropped. Sessions that begin in the meantime see one snapshot.
pub(crate) struct CommitLock {
    /// Its name in the manifest.
    pub name: &'static str,
    /// Releases the lock when it is dropped.
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

/// A connection whose transaction can be begun again.
pub(crate) trait Transaction {
    /// Begins the transaction.
    fn begin(&mut self, begin: &Begin) -> Result<()>;

    /// Returns which server it is connected to, if a name or a proxy can lead to several and nothing else reports that.
    fn server(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Begins the transaction of the session's first unit, if each unit has its own. A session that can't have one must find
    /// out before the units are distributed.
    fn begin_unit(&mut self) -> Result<()> {
        Ok(())
    }

    /// Returns what identifies the state that the transaction sees, if anything does. Must not be called for several
    /// sessions at once.
    fn witness(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Uses each table once, so that nobody can alter it until the transaction ends.
    fn pin(&mut self, _tables: &[Named]) -> Result<()> {
        Ok(())
    }

    /// Returns the one number that a query returns in the transaction.
    fn count(&mut self, sql: &str) -> Result<u64>;

    /// Ends the transaction.
    fn end(&mut self) -> Result<()>;
}

/// A session whose units are read separately: ConnectorX's own sources can't share a transaction.
pub(crate) trait Untransacted {}

impl<T: Untransacted> Transaction for T {
    fn begin(&mut self, _begin: &Begin) -> Result<()> {
        Ok(())
    }

    /// Without a transaction it would mean nothing.
    fn count(&mut self, _sql: &str) -> Result<u64> {
        Err(Error::new(
            ErrorKind::Bug,
            "internal error: a session without a transaction can't count rows",
        ))
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Returns the number that a query returns as text in its one row.
pub(super) fn number(rows: &[TextRow]) -> Result<u64> {
    let text = rows.first().and_then(|row| row.first()?.as_deref());
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::new(ErrorKind::Bug, "internal error: a count is not a number"))
}

/// Returns a statement that uses a table without reading any of its rows.
pub(super) fn pin(table: &str) -> String {
    format!("SELECT 1 FROM {table} LIMIT 0")
}
