//! The one error type of the library, and the one table that classifies failures.

use crate::secret::{Secret, Struck, struck};
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

/// Why a job failed: a kind, a message without cell values or secrets, and what to do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    advice: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind`; `message` is lower case, names the table, column or file, and has no full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
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
            advice: self.advice.map(|advice| struck(&advice, secrets)),
            source,
        }
    }

    /// Puts the place where it happened before the message.
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
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
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
