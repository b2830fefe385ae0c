//! What the flags with a few values can say.

use clap::ValueEnum;
use serde::Deserialize;

/// What becomes of rows whose key is NULL, that is, has a NULL part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum NullKeys {
    /// The job fails
    #[default]
    Error,
    /// They are left out, and counted
    Drop,
    /// Every one of them is written: none is merged with another
    Keep,
}

impl NullKeys {
    /// The flag's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Drop => "drop",
            Self::Keep => "keep",
        }
    }
}

/// What becomes of dates and timestamps that no calendar has: zero and partial ones, a 30th of February, PostgreSQL's
/// infinite ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum InvalidDates {
    /// The job fails
    #[default]
    Error,
    /// They are written as NULL, and counted
    Null,
}

/// What the columns of a SQLite file are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum SqliteTypes {
    /// As their declared types; a value that doesn't fit is an error
    #[default]
    Declared,
    /// All as text; bytes are an error
    Text,
}

/// Who reads a server's rows. Both give the same files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorChoice {
    /// Wire where it can log in, else `ConnectorX`, with a warning
    #[default]
    Auto,
    /// Our own sources, which read rows in place from the connection's buffer
    Wire,
    /// The stock sources of `ConnectorX`
    #[value(name = "connectorx")]
    ConnectorX,
}

/// Whether all tables are read as they were at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotChoice {
    /// Where it can be proved without a lock; else the manifest says none
    #[default]
    Auto,
    /// Also by a short lock; the job fails where it can't be proved
    Require,
    /// Each table by itself, and none is kept from being altered
    Off,
}

impl SnapshotChoice {
    /// The flag's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Require => "require",
            Self::Off => "off",
        }
    }
}
