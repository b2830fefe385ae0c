//! The compressions of batch files that each format supports.

/// Compression of the pages of a Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParquetCompression {
    /// None.
    None,
    /// Snappy.
    Snappy,
    /// Raw LZ4 blocks, without Hadoop's framing.
    Lz4,
    /// Zstandard.
    Zstd(ZstdLevel),
}

/// Compression of the buffers of an Arrow file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowCompression {
    /// None: the file can be mapped into memory.
    None,
    /// LZ4 frames.
    Lz4,
    /// Zstandard, at the level that the Arrow library chooses.
    Zstd,
}

/// Compression of a whole text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextCompression {
    /// None.
    None,
    /// gzip, level 6.
    Gzip,
    /// Zstandard.
    Zstd(ZstdLevel),
}

/// A Zstandard level, 1 to 22.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZstdLevel(u8);

impl ParquetCompression {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "snappy" => Some(Self::Snappy),
            "lz4" => Some(Self::Lz4),
            _ => ZstdLevel::parse(text).map(Self::Zstd),
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Snappy => "snappy".into(),
            Self::Lz4 => "lz4".into(),
            Self::Zstd(level) => level.name(),
        }
    }
}

impl ArrowCompression {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "lz4" => Some(Self::Lz4),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Lz4 => "lz4".into(),
            Self::Zstd => "zstd".into(),
        }
    }
}

impl TextCompression {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "gzip" => Some(Self::Gzip),
            _ => ZstdLevel::parse(text).map(Self::Zstd),
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Gzip => "gzip".into(),
            Self::Zstd(level) => level.name(),
        }
    }
}

impl ZstdLevel {
    /// The level of `zstd` without a level. For hashes and dates a higher one costs time and saves nothing.
    pub const DEFAULT: Self = Self(1);

    /// The level, 1 to 22.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Parses `zstd` and `zstd:LEVEL`.
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("zstd")? {
            "" => Some(Self::DEFAULT),
            suffix => {
                let level = suffix.strip_prefix(':')?.parse().ok()?;
                (1..=22).contains(&level).then_some(Self(level))
            }
        }
    }

    fn name(self) -> String {
        format!("zstd:{}", self.0)
    }
}
