//! The encoding of batch files: a format, and a compression that it supports.

use super::{ArrowCompression, Format, ParquetCompression, TextCompression};
use crate::nearest::{is_slip_of, nearest};
use crate::{Error, ErrorKind, Result};

/// A format together with a compression that it supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Parquet.
    Parquet(ParquetCompression),
    /// Arrow IPC file.
    Arrow(ArrowCompression),
    /// CSV.
    Csv(TextCompression),
    /// One JSON object per line.
    Ndjson(TextCompression),
    /// Pickle, which is never compressed.
    Pickle,
}

impl Encoding {
    /// `format` with the compression that `--compression` names, or the format's default: `zstd:1` for Parquet, otherwise none.
    ///
    /// A compression that the format doesn't support is [`ErrorKind::Usage`].
    pub fn new(format: Format, compression: Option<&str>) -> Result<Self> {
        let compression = compression.unwrap_or_else(|| default_compression(format));
        let encoding = match format {
            Format::Parquet => ParquetCompression::parse(compression).map(Self::Parquet),
            Format::Arrow => ArrowCompression::parse(compression).map(Self::Arrow),
            Format::Csv => TextCompression::parse(compression).map(Self::Csv),
            Format::Ndjson => TextCompression::parse(compression).map(Self::Ndjson),
            Format::Pickle => (compression == "none").then_some(Self::Pickle),
        };
        encoding.ok_or_else(|| refused(format, compression))
    }

    /// The extension of a file's name; `None` for pickle, whose files have none.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Parquet(_) => Some("parquet"),
            Self::Arrow(_) => Some("arrow"),
            Self::Csv(TextCompression::None) => Some("csv"),
            Self::Csv(TextCompression::Gzip) => Some("csv.gz"),
            Self::Csv(TextCompression::Zstd(_)) => Some("csv.zst"),
            Self::Ndjson(TextCompression::None) => Some("ndjson"),
            Self::Ndjson(TextCompression::Gzip) => Some("ndjson.gz"),
            Self::Ndjson(TextCompression::Zstd(_)) => Some("ndjson.zst"),
            Self::Pickle => None,
        }
    }

    /// The format.
    pub fn format(self) -> Format {
        match self {
            Self::Parquet(_) => Format::Parquet,
            Self::Arrow(_) => Format::Arrow,
            Self::Csv(_) => Format::Csv,
            Self::Ndjson(_) => Format::Ndjson,
            Self::Pickle => Format::Pickle,
        }
    }

    /// The format's name, for the manifest.
    pub fn format_name(self) -> &'static str {
        self.format().name()
    }

    /// The compression as `--compression` takes it, with its level if it has one: `zstd:1`.
    pub fn compression_name(self) -> String {
        match self {
            Self::Parquet(compression) => compression.name(),
            Self::Arrow(compression) => compression.name(),
            Self::Csv(compression) | Self::Ndjson(compression) => compression.name(),
            Self::Pickle => "none".into(),
        }
    }
}

fn default_compression(format: Format) -> &'static str {
    match format {
        Format::Parquet => "zstd",
        Format::Arrow | Format::Csv | Format::Ndjson | Format::Pickle => "none",
    }
}

fn refused(format: Format, compression: &str) -> Error {
    let (words, level) = compressions(format);
    let (codec, _) = compression.split_once(':').unwrap_or((compression, ""));
    let meant = nearest(codec, words.iter().copied())
        .filter(|word| *word != codec && is_slip_of(codec, word))
        .map(|word| format!("did you mean {word}? "));
    Error::new(
        ErrorKind::Usage,
        format!("--format {format} doesn't support --compression {compression}"),
    )
    .advise(format!(
        "{}--format {format} takes --compression {}{level}",
        meant.unwrap_or_default(),
        words.join(", ")
    ))
}

/// The compressions that a format takes, for a hint: the words, and a note about levels.
fn compressions(format: Format) -> (&'static [&'static str], &'static str) {
    const LEVELS: &str = ", zstd:1 to zstd:22";
    match format {
        Format::Parquet => (&["none", "snappy", "lz4", "zstd"], LEVELS),
        Format::Arrow => (&["none", "lz4", "zstd"], " (without a level)"),
        Format::Csv | Format::Ndjson => (&["none", "gzip", "zstd"], LEVELS),
        Format::Pickle => (&["none"], ""),
    }
}

#[cfg(test)]
mod tests;
