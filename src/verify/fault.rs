//! The faults that a folder can have.

use crate::{Error, ErrorKind};
use std::fmt;
use std::path::Path;

/// Faults that an error lists. The rest is only counted.
const MAX_LISTED: usize = 20;

/// One difference between a folder and its manifest, or within the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A file of the manifest is not in the folder.
    Missing {
        /// Its name.
        file: String,
    },
    /// The folder contains something that the manifest doesn't list.
    Extra {
        /// Its name.
        file: String,
    },
    /// Something in place of a batch file: a folder, a link or something else.
    NoFile {
        /// Its name.
        file: String,
    },
    /// A file whose name doesn't fit its rows.
    Name {
        /// Its name in the manifest.
        file: String,
        /// The name that fits.
        expected: String,
    },
    /// A file that the manifest lists with a number of rows that a batch can't have.
    BatchRows {
        /// Its name.
        file: String,
        /// Its rows in the manifest.
        rows: u64,
        /// Rows of a batch; for the last file, the most that it can have.
        batch_rows: u64,
    },
    /// A file whose size differs from the manifest.
    Size {
        /// Its name.
        file: String,
        /// Its size.
        bytes: u64,
        /// Its size in the manifest.
        expected: u64,
    },
    /// A file whose SHA-256 differs from the manifest.
    Checksum {
        /// Its name.
        file: String,
    },
    /// A file that is not valid in its format, or whose columns are not those of the manifest.
    Content {
        /// Its name.
        file: String,
        /// What is wrong, without cell values.
        what: String,
    },
    /// A file with more or fewer rows than the manifest says.
    Rows {
        /// Its name.
        file: String,
        /// Its rows.
        rows: u64,
        /// Its rows in the manifest.
        expected: u64,
    },
    /// Rows with a NULL key, which the job should have refused or dropped.
    NullKeys {
        /// The file's name.
        file: String,
        /// How many.
        rows: u64,
        /// The first of them, from 1.
        first_row: u64,
    },
    /// Rows whose key is that of an earlier row in the folder.
    RepeatedKeys {
        /// The file's name.
        file: String,
        /// How many.
        rows: u64,
        /// The first of them, from 1.
        first_row: u64,
        /// The file with the first row of that one's key.
        earlier_file: String,
        /// That row, from 1.
        earlier_row: u64,
    },
    /// Counts in the manifest that don't add up.
    Sum {
        /// The name of the count.
        what: String,
        /// The count.
        count: u128,
        /// What it should be equal to.
        of: &'static str,
        /// The value of that.
        sum: u128,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "{file}: missing"),
            Self::Extra { file } => write!(f, "{file}: not in the manifest"),
            Self::NoFile { file } => write!(f, "{file}: not a regular file"),
            Self::Name { file, expected } => {
                write!(
                    f,
                    "{file}: according to its rows, its name should be {expected}"
                )
            }
            Self::BatchRows {
                file,
                rows,
                batch_rows,
            } => {
                write!(
                    f,
                    "{file}: listed with {}, but a batch has {batch_rows}",
                    counted(*rows)
                )
            }
            Self::Size {
                file,
                bytes,
                expected,
            } => write!(f, "{file}: {bytes} bytes instead of {expected}"),
            Self::Checksum { file } => write!(f, "{file}: its SHA-256 differs from the manifest"),
            Self::Content { file, what } => write!(f, "{file}: {what}"),
            Self::Rows {
                file,
                rows,
                expected,
            } => write!(f, "{file}: {} instead of {expected}", counted(*rows)),
            Self::NullKeys {
                file,
                rows,
                first_row,
            } => {
                write!(
                    f,
                    "{file}: {} with a NULL key, first in row {first_row}",
                    counted(*rows)
                )
            }
            Self::RepeatedKeys {
                file,
                rows,
                first_row,
                earlier_file,
                earlier_row,
            } => write!(
                f,
                "{file}: {} with a repeated key: row {first_row} has the key of row {earlier_row} in {earlier_file}",
                counted(*rows)
            ),
            Self::Sum {
                what,
                count,
                of,
                sum,
            } => {
                write!(f, "manifest: {what} is {count}, but {of} is {sum}")
            }
        }
    }
}

/// The error that lists the faults of a folder, one per line.
pub(super) fn error(folder: &Path, faults: &[Fault], in_use: bool) -> Error {
    let count = faults.len();
    let noun = if count == 1 { "fault" } else { "faults" };
    let mut lines = vec![format!(
        "{} doesn't match its manifest: {count} {noun}",
        folder.display()
    )];
    lines.extend(
        faults
            .iter()
            .take(MAX_LISTED)
            .map(|fault| escaped(&fault.to_string())),
    );
    if count > MAX_LISTED {
        lines.push(format!("and {} more", count - MAX_LISTED));
    }
    Error::new(ErrorKind::Fault, lines.join("\n  ")).advise(if in_use {
        "verify it again when the job that is writing to this folder has finished"
    } else {
        "restore the folder and its manifest from a copy, or run the job again with --force"
    })
}

/// `1 row`, `2 rows`.
fn counted(rows: u64) -> String {
    format!("{rows} row{}", if rows == 1 { "" } else { "s" })
}

/// Escapes control characters, since a file's name must not control a terminal.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}
