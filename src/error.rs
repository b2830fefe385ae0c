//! The one error type of the library, and the one table that classifies failures.

use crate::place::Place;
use crate::secret::{Secret, Struck, struck};
use crate::unit::UnitName;
use std::error::Error as StdError;
use std::fmt;

/// What went wrong, by what the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A flag, or a combination of flags, that makes no job.
    Usage,
    /// A job file that can't be read or doesn't say a job.
    JobFile,
    /// The database can't be reached, or its file is not there.
    Unreachable,
    /// The database refused the user or the password.
    AccessDenied,
    /// The database refused a statement.
    Refused,
    /// The connection was lost while it was in use.
    Lost,
    /// The database ended the session or the query, kept it waiting for too long, or was changed under it.
    Ended,
    /// A table or a column is missing, or the tables' schemas don't fit each other.
    Schema,
    /// A value that its Arrow type can't hold exactly, or a NULL where none may be.
    Value,
    /// More rows or bytes than a structure of the way of the data can address.
    Capacity,
    /// `verify` found batch files that are not what their manifest says.
    Fault,
    /// The output can't be written.
    Output,
    /// The output exists and is not ours to replace.
    Exists,
    /// Another job writes the same output.
    InUse,
    /// A signal, or the caller, stopped the job.
    Interrupted(Interrupt),
    /// Counts that don't add up: nothing was published.
    Sums,
    /// A state that no input should reach.
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

/// How a failure of a kind is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Exit code of the command.
    pub exit_code: u8,
    /// Whether the same job may succeed later without a change.
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

/// Why a job failed: a kind, what went wrong, where, and what to do. None of them holds a cell's value or a secret.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    /// Apart, so that a result of the hot paths stays small.
    place: Box<Place>,
    advice: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind`. `message` says what went wrong, in lower case and without a full stop; table, row and column are
    /// added apart from it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            place: Box::default(),
            advice: None,
            source: None,
        }
    }

    /// The system starts no more threads.
    pub(crate) fn no_thread(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Capacity, "no thread can be started").because(cause)
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Keeps the cause, apart from the message.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A copy without the cause, which can't be copied.
    pub(crate) fn without_cause(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message.clone(),
            place: self.place.clone(),
            advice: self.advice.clone(),
            source: None,
        }
    }

    /// The same without any of the secrets, in message, advice and causes: their texts may be a client library's or a
    /// server's.
    #[must_use]
    pub(crate) fn without(self, secrets: &[Secret]) -> Self {
        let source = self.source.map(|source| {
            let without = Struck::of(source.as_ref(), secrets);
            without.map_or(source, Into::into)
        });
        Self {
            kind: self.kind,
            message: struck(&self.message, secrets),
            place: Box::new(self.place.without(secrets)),
            advice: self.advice.map(|advice| struck(&advice, secrets)),
            source,
        }
    }

    /// Puts what led to it before what went wrong.
    #[must_use]
    pub(crate) fn after(mut self, led: impl fmt::Display) -> Self {
        self.message = format!("{led}: {}", self.message);
        self
    }

    /// Adds the file or database in which it happened.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        self.inside(Place {
            within: Some(place.to_string()),
            ..Place::default()
        })
    }

    /// Adds the table in which it happened.
    #[must_use]
    pub fn in_table(self, table: impl Into<String>) -> Self {
        self.inside(Place {
            table: Some(table.into()),
            ..Place::default()
        })
    }

    /// Adds the column in which it happened.
    #[must_use]
    pub fn in_column(self, column: impl Into<String>) -> Self {
        self.inside(Place {
            column: Some(column.into()),
            ..Place::default()
        })
    }

    /// Adds the row in which it happened: its number, and the database's own id of it.
    #[must_use]
    pub(crate) fn in_row(self, number: u64, id: Option<i64>) -> Self {
        self.inside(Place {
            row: Some((number, id)),
            ..Place::default()
        })
    }

    /// Adds the table, or the part of it, in which it happened.
    #[must_use]
    pub(crate) fn in_unit(self, unit: &UnitName) -> Self {
        self.inside(Place::unit(unit))
    }

    /// What is known of the place already is the more exact.
    fn inside(mut self, place: Place) -> Self {
        *self.place = std::mem::take(&mut *self.place).inside(place);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What went wrong, without where.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// The exit code of a command that ends with this error.
    pub fn exit_code(&self) -> u8 {
        self.kind.policy().exit_code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.place.is_unknown() {
            return Ok(());
        }
        write!(f, ", in {}", self.place)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
