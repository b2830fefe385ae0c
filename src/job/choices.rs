//! What the flags with a few values can say.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to rows whose key is NULL, which means that any of its columns is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum NullKeys {
    /// The job fails
    #[default]
    Error,
    /// They are left out and counted
    Drop,
    /// Every one of them is written; none is a duplicate of another
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

/// What happens to dates and timestamps that don't exist: zero and partial ones, a 30th of February, PostgreSQL's infinite
/// ones.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum InvalidDates {
    /// The job fails
    #[default]
    Error,
    /// They are written as NULL and counted
    Null,
}

/// Which types the columns of a SQLite file are read as.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SqliteTypes {
    /// The declared types; a value that doesn't fit is an error
    #[default]
    Declared,
    /// Text; a blob is an error
    Text,
}

/// What reads a server's rows. The files are the same.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorChoice {
    /// Wire, or `ConnectorX` with a warning if wire doesn't support the server's authentication
    #[default]
    Auto,
    /// The native sources, which read rows in place in the connection's buffer
    Wire,
    /// The sources of `ConnectorX` itself
    #[value(name = "connectorx")]
    ConnectorX,
}

/// Whether all columns of every row are read, or first the key of every row and then the rows that are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReadChoice {
    /// What pays, table by table
    #[default]
    Auto,
    /// All columns of every row
    Whole,
    /// First the key of every row, then the rows that are written
    KeysFirst,
}

impl ReadChoice {
    /// The flag's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Whole => "whole",
            Self::KeysFirst => "keys-first",
        }
    }
}

/// Whether all tables are read from one consistent snapshot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotChoice {
    /// If that can be verified without a lock; otherwise the manifest says none
    #[default]
    Auto,
    /// With a short lock if needed; the job fails if it can't be verified
    Require,
    /// Each table on its own; none is kept from being altered
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
