//! The library's only error type, and the only table that classifies failures.

use crate::location::Location;
use crate::secret::{Secret, Struck, struck};
use crate::unit::UnitName;
use std::error::Error as StdError;
use std::fmt;
use std::io;

/// What went wrong, by what the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A flag, or a combination of flags, that isn't a valid job.
    Usage,
    /// A job file that can't be read or isn't a valid job.
    JobFile,
    /// The database can't be reached, or its file doesn't exist.
    Unreachable,
    /// The database refused the user or the password.
    AccessDenied,
    /// The database refused a statement.
    Refused,
    /// The connection was lost while it was in use.
    Lost,
    /// The database ended the session or the query, kept the job waiting for too long, or changed while it was read.
    Ended,
    /// A table or a column is missing, or the tables' schemas don't match.
    Schema,
    /// A value that its Arrow type can't represent exactly, or a NULL where none is allowed.
    Value,
    /// More rows or bytes than a data structure can address, or more threads than the system allows.
    Capacity,
    /// `verify` found batch files that don't match their manifest.
    Fault,
    /// The output can't be written.
    Output,
    /// The output exists, and firstseen may not replace it.
    Exists,
    /// Another job writes to the same output.
    InUse,
    /// A signal, or the caller, stopped the job.
    Interrupted(Interrupt),
    /// Counts that don't add up: nothing was published.
    Sums,
    /// A state that no input should lead to.
    Bug,
}

/// What interrupted a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// SIGINT, or Ctrl-C.
    Int,
    /// SIGTERM.
    Term,
    /// SIGHUP: the terminal is gone.
    Hup,
}

/// How a kind of failure is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Exit code of the command.
    pub exit_code: u8,
    /// Whether the same job, unchanged, might succeed later.
    pub retryable: bool,
}

impl ErrorKind {
    /// The policy of this kind of failure.
    pub fn policy(self) -> Policy {
        let (exit_code, retryable) = match self {
            Self::Sums | Self::Bug => (1, false),
            Self::Usage | Self::JobFile => (2, false),
            Self::Unreachable | Self::Lost | Self::Ended => (3, true),
            Self::AccessDenied | Self::Refused => (3, false),
            Self::Schema | Self::Value | Self::Capacity | Self::Fault => (4, false),
            Self::Output => (5, false),
            Self::Exists => (6, false),
            Self::InUse => (6, true),
            Self::Interrupted(Interrupt::Hup) => (129, true),
            Self::Interrupted(Interrupt::Int) => (130, true),
            Self::Interrupted(Interrupt::Term) => (143, true),
        };
        Policy {
            exit_code,
            retryable,
        }
    }
}

/// Why a job failed: the kind of failure, what went wrong, where, and what to do. Contains no cell value and no secret.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    /// Boxed, so that results on hot paths stay small.
    location: Box<Location>,
    advice: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of this kind. `message` says what went wrong, in lower case and without a full stop. The table, row and
    /// column are added separately.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            location: Box::default(),
            advice: None,
            source: None,
        }
    }

    /// The system can't start another thread.
    pub fn no_thread(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Capacity, "the system can't start another thread")
            .advise("raise the limits on threads and memory (ulimit -u, ulimit -v), or use fewer --workers")
            .because(cause)
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds the cause, which is kept separate from the message.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what to do about a full disk, if that is the cause and nothing was said about it.
    pub(crate) fn if_full(self, advice: &str) -> Self {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        let is_full = self_and_causes(&self).any(|cause| {
            let cause = cause.downcast_ref::<io::Error>();
            cause.is_some_and(|cause| matches!(cause.kind(), StorageFull | QuotaExceeded))
        });
        if is_full && self.advice.is_none() {
            return self.advise(advice);
        }
        self
    }

    /// A copy without the cause, which can't be cloned.
    pub(crate) fn without_cause(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message.clone(),
            location: self.location.clone(),
            advice: self.advice.clone(),
            source: None,
        }
    }

    /// Removes the secrets from the message, the location, the advice and the causes: these texts might come from a client
    /// library or a server.
    #[must_use]
    pub(crate) fn without(self, secrets: &[Secret]) -> Self {
        let source = self.source.map(|source| {
            let without = Struck::of(source.as_ref(), secrets);
            without.map_or(source, Into::into)
        });
        Self {
            kind: self.kind,
            message: struck(&self.message, secrets),
            location: Box::new(self.location.without(secrets)),
            advice: self.advice.map(|advice| struck(&advice, secrets)),
            source,
        }
    }

    /// Puts what the error led to before the message.
    #[must_use]
    pub(crate) fn after(mut self, outcome: impl fmt::Display) -> Self {
        self.message = format!("{outcome}: {}", self.message);
        self
    }

    /// Adds the file or database where it happened.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        self.inside(Location {
            within: Some(place.to_string()),
            ..Location::default()
        })
    }

    /// Adds the table where it happened.
    #[must_use]
    pub fn in_table(self, table: impl Into<String>) -> Self {
        self.inside(Location {
            table: Some(table.into()),
            ..Location::default()
        })
    }

    /// Adds the column where it happened.
    #[must_use]
    pub fn in_column(self, column: impl Into<String>) -> Self {
        self.inside(Location {
            column: Some(column.into()),
            ..Location::default()
        })
    }

    /// Adds the row where it happened: its number, and the database's own id for it.
    #[must_use]
    pub(crate) fn in_row(self, number: u64, id: Option<i64>) -> Self {
        self.inside(Location {
            row: Some((number, id)),
            ..Location::default()
        })
    }

    /// Gives the row where it happened another number.
    #[must_use]
    pub(crate) fn renumbered(mut self, number: u64) -> Self {
        if let Some(row) = &mut self.location.row {
            row.0 = number;
        }
        self
    }

    /// Adds the table, or the part of a table, where it happened.
    #[must_use]
    pub(crate) fn in_unit(self, unit: &UnitName) -> Self {
        self.inside(Location::unit(unit))
    }

    /// What is already known about the place is more exact, and stays.
    fn inside(mut self, location: Location) -> Self {
        *self.location = std::mem::take(&mut *self.location).inside(location);
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// What went wrong, without where.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// The underlying errors, the outermost first.
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        for cause in self_and_causes(self).skip(1) {
            let cause_text = cause.to_string();
            // Some libraries' errors repeat the text of their cause.
            if causes.last() != Some(&cause_text) {
                causes.push(cause_text);
            }
        }
        causes
    }

    /// The exit code of a command that fails with this error.
    pub fn exit_code(&self) -> u8 {
        self.kind.policy().exit_code
    }
}

/// Whether an I/O error is among the causes of another library's error, itself included.
pub(crate) fn is_io(cause: &(dyn StdError + 'static)) -> bool {
    self_and_causes(cause).any(<dyn StdError>::is::<io::Error>)
}

fn self_and_causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (*error).source()
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.location.is_unknown() {
            return Ok(());
        }
        write!(f, " ({})", self.location)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_repeats_its_own_is_listed_once() {
        let inner = Error::new(ErrorKind::Refused, "no certificate");
        let outer = Error::new(ErrorKind::Refused, "no certificate").because(inner);
        let error = Error::new(ErrorKind::Unreachable, "can't connect").because(outer);
        assert_eq!(error.causes(), ["no certificate"]);
    }
}
