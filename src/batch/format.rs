//! The formats of batch files.

use crate::{Error, ErrorKind, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The format of the batch files, `--format`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Parquet, one row group per file.
    #[default]
    Parquet,
    /// Arrow IPC file, one record batch per file.
    Arrow,
    /// CSV with a header; null is an empty field, an empty string is `""`.
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Python pickle, protocol 4: a list of dicts.
    Pickle,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Parquet,
        Self::Arrow,
        Self::Csv,
        Self::Ndjson,
        Self::Pickle,
    ];

    /// The format's name, as `--format` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Pickle => "pickle",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("unknown --format {text}"))
                .advise("use parquet, arrow, csv, ndjson or pickle")
        })
    }
}
