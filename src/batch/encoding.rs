//! Which bytes a batch file holds: a format and the compression that it can do.

use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The format of the batch files, `--format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Parquet, one row group a file.
    #[default]
    Parquet,
    /// Arrow IPC file, one record batch a file.
    Arrow,
    /// CSV with a header; nothing for null, `""` for an empty string.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Python's pickle, protocol 4: a list of dicts.
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

    fn compressions(self) -> &'static str {
        match self {
            Self::Parquet => "none, snappy, lz4, zstd or zstd:1 to zstd:22",
            Self::Arrow => "none, lz4 or zstd, without a level",
            Self::Csv | Self::Ndjson => "none, gzip, zstd or zstd:1 to zstd:22",
            Self::Pickle => "none",
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
            Error::new(ErrorKind::Usage, format!("--format {text} is not known"))
                .advise("use parquet, arrow, csv, ndjson or pickle")
        })
    }
}

/// A format together with a compression that it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Parquet.
    Parquet(ParquetCompression),
    /// Arrow IPC file.
    Arrow(ArrowCompression),
    /// CSV.
    Csv(TextCompression),
    /// A JSON object a line.
    Ndjson(TextCompression),
    /// Pickle, which is never compressed.
    Pickle,
}

/// What compresses the pages of a Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParquetCompression {
    /// Nothing.
    None,
    /// Snappy.
    Snappy,
    /// Raw LZ4 blocks, not Hadoop's framing.
    Lz4,
    /// Zstandard.
    Zstd(ZstdLevel),
}

/// What compresses the buffers of an Arrow file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowCompression {
    /// Nothing: the file can be mapped into memory.
    None,
    /// LZ4 frames.
    Lz4,
    /// Zstandard, at the Arrow library's level.
    Zstd,
}

/// What compresses a text file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextCompression {
    /// Nothing.
    None,
    /// gzip, level 6.
    Gzip,
    /// Zstandard.
    Zstd(ZstdLevel),
}

/// A level of Zstandard, 1 to 22.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZstdLevel(u8);

impl ZstdLevel {
    /// The level of a `zstd` that names none: the next ones cost more time than they save bytes.
    pub const DEFAULT: Self = Self(1);

    /// The level, 1 to 22.
    pub fn get(self) -> u8 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let level = text.parse().ok()?;
        (1..=22).contains(&level).then_some(Self(level))
    }
}

/// A compression as it is written, before a format says whether it can do it.
#[derive(Clone, Copy)]
enum Wish {
    None,
    Snappy,
    Lz4,
    Gzip,
    Zstd,
    ZstdAt(ZstdLevel),
}

impl Wish {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "snappy" => Some(Self::Snappy),
            "lz4" => Some(Self::Lz4),
            "gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => {
                let level = text.strip_prefix("zstd:")?;
                ZstdLevel::parse(level).map(Self::ZstdAt)
            }
        }
    }
}

impl Encoding {
    /// `format` with the compression that `--compression` names, or the format's default: `zstd:1` for Parquet, else none.
    pub fn new(format: Format, compression: Option<&str>) -> Result<Self> {
        let default = match format {
            Format::Parquet => "zstd",
            _ => "none",
        };
        let compression = compression.unwrap_or(default);
        Wish::parse(compression)
            .and_then(|wish| Self::of(format, wish))
            .ok_or_else(|| refused(format, compression))
    }

    fn of(format: Format, wish: Wish) -> Option<Self> {
        match format {
            Format::Parquet => ParquetCompression::of(wish).map(Self::Parquet),
            Format::Arrow => ArrowCompression::of(wish).map(Self::Arrow),
            Format::Csv => TextCompression::of(wish).map(Self::Csv),
            Format::Ndjson => TextCompression::of(wish).map(Self::Ndjson),
            Format::Pickle => matches!(wish, Wish::None).then_some(Self::Pickle),
        }
    }

    /// What stands after the dot of a file's name; `None` for pickle, whose files have no extension.
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

    /// The format alone.
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

    /// The compression as `--compression` takes it, with its level where it has one: `zstd:1`.
    pub fn compression_name(self) -> String {
        match self {
            Self::Parquet(ParquetCompression::Snappy) => "snappy".into(),
            Self::Parquet(ParquetCompression::Lz4) | Self::Arrow(ArrowCompression::Lz4) => {
                "lz4".into()
            }
            Self::Arrow(ArrowCompression::Zstd) => "zstd".into(),
            Self::Csv(TextCompression::Gzip) | Self::Ndjson(TextCompression::Gzip) => "gzip".into(),
            Self::Parquet(ParquetCompression::Zstd(level))
            | Self::Csv(TextCompression::Zstd(level))
            | Self::Ndjson(TextCompression::Zstd(level)) => format!("zstd:{}", level.get()),
            Self::Parquet(ParquetCompression::None)
            | Self::Arrow(ArrowCompression::None)
            | Self::Csv(TextCompression::None)
            | Self::Ndjson(TextCompression::None)
            | Self::Pickle => "none".into(),
        }
    }
}

impl ParquetCompression {
    fn of(wish: Wish) -> Option<Self> {
        match wish {
            Wish::None => Some(Self::None),
            Wish::Snappy => Some(Self::Snappy),
            Wish::Lz4 => Some(Self::Lz4),
            Wish::Zstd => Some(Self::Zstd(ZstdLevel::DEFAULT)),
            Wish::ZstdAt(level) => Some(Self::Zstd(level)),
            Wish::Gzip => None,
        }
    }
}

impl ArrowCompression {
    fn of(wish: Wish) -> Option<Self> {
        match wish {
            Wish::None => Some(Self::None),
            Wish::Lz4 => Some(Self::Lz4),
            Wish::Zstd => Some(Self::Zstd),
            Wish::Snappy | Wish::Gzip | Wish::ZstdAt(_) => None,
        }
    }
}

impl TextCompression {
    fn of(wish: Wish) -> Option<Self> {
        match wish {
            Wish::None => Some(Self::None),
            Wish::Gzip => Some(Self::Gzip),
            Wish::Zstd => Some(Self::Zstd(ZstdLevel::DEFAULT)),
            Wish::ZstdAt(level) => Some(Self::Zstd(level)),
            Wish::Snappy | Wish::Lz4 => None,
        }
    }
}

fn refused(format: Format, compression: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("--format {format} can't do --compression {compression}"),
    )
    .advise(format!(
        "--format {format} takes --compression {}",
        format.compressions()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each format takes, and the name in the manifest.
    const TAKEN: [(Format, &[(&str, &str)]); 5] = [
        (
            Format::Parquet,
            &[
                ("none", "none"),
                ("snappy", "snappy"),
                ("lz4", "lz4"),
                ("zstd", "zstd:1"),
                ("zstd:1", "zstd:1"),
                ("zstd:22", "zstd:22"),
            ],
        ),
        (
            Format::Arrow,
            &[("none", "none"), ("lz4", "lz4"), ("zstd", "zstd")],
        ),
        (
            Format::Csv,
            &[
                ("none", "none"),
                ("gzip", "gzip"),
                ("zstd", "zstd:1"),
                ("zstd:1", "zstd:1"),
                ("zstd:22", "zstd:22"),
            ],
        ),
        (
            Format::Ndjson,
            &[
                ("none", "none"),
                ("gzip", "gzip"),
                ("zstd", "zstd:1"),
                ("zstd:1", "zstd:1"),
                ("zstd:22", "zstd:22"),
            ],
        ),
        (Format::Pickle, &[("none", "none")]),
    ];
    const WRITTEN: [&str; 12] = [
        "none", "snappy", "lz4", "gzip", "zstd", "zstd:1", "zstd:22", "zstd:0", "zstd:23", "zstd:",
        "ZSTD", "",
    ];

    #[test]
    fn a_format_takes_what_it_can_do_and_refuses_the_rest() {
        for (format, taken) in TAKEN {
            for written in WRITTEN {
                let name = taken
                    .iter()
                    .find(|(text, _)| *text == written)
                    .map(|(_, name)| *name);
                match Encoding::new(format, Some(written)) {
                    Ok(encoding) => {
                        assert_eq!(Some(encoding.compression_name().as_str()), name);
                        assert_eq!(encoding.format(), format);
                    }
                    Err(error) => {
                        assert_eq!(name, None, "{format} {written}");
                        assert_eq!(error.kind(), ErrorKind::Usage);
                        assert!(error.to_string().contains(&format!("--format {format}")));
                        assert!(
                            error
                                .to_string()
                                .contains(&format!("--compression {written}"))
                        );
                        assert!(error.advice().unwrap_or_default().contains("none"));
                    }
                }
            }
        }
    }

    #[test]
    fn only_parquet_is_compressed_by_default() {
        let names = Format::ALL.map(|format| {
            Encoding::new(format, None)
                .map(Encoding::compression_name)
                .ok()
        });
        assert_eq!(
            names,
            ["zstd:1", "none", "none", "none", "none"].map(|name| Some(name.to_owned()))
        );
    }

    #[test]
    fn a_format_is_read_as_it_is_shown() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().ok(), Some(format));
        }
        assert!("xlsx".parse::<Format>().is_err());
    }
}
