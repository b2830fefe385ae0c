//! What can be wrong with a folder.

use crate::{Error, ErrorKind};
use std::fmt;
use std::path::Path;

/// Faults that an error tells; the rest are counted.
const MOST_TOLD: usize = 20;

/// One difference between a folder and its manifest, or within the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A file of the manifest is not in the folder.
    Missing {
        /// Its name.
        file: String,
    },
    /// The folder holds what the manifest doesn't list.
    Extra {
        /// Its name.
        file: String,
    },
    /// What should be a batch file is a folder, a link or something else.
    NoFile {
        /// Its name.
        file: String,
    },
    /// A file's place among the rows asks for another name.
    Name {
        /// Its name in the manifest.
        file: String,
        /// The name that it should have.
        expected: String,
    },
    /// A file that the manifest lists with another number of rows than batches have.
    BatchRows {
        /// Its name.
        file: String,
        /// Rows that the manifest lists.
        rows: u64,
        /// Rows of a batch; for the last file the most that it may have.
        batch_rows: u64,
    },
    /// A file of another size.
    Size {
        /// Its name.
        file: String,
        /// Its size.
        bytes: u64,
        /// The size in the manifest.
        expected: u64,
    },
    /// A file of another SHA-256.
    Checksum {
        /// Its name.
        file: String,
    },
    /// A file that is not what its format says, or whose columns are not the manifest's.
    Content {
        /// Its name.
        file: String,
        /// What is wrong, without cell values.
        what: String,
    },
    /// A file with more or fewer rows in it than the manifest says.
    Rows {
        /// Its name.
        file: String,
        /// Rows in it.
        rows: u64,
        /// Rows in the manifest.
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
    /// Rows whose key stands at an earlier place of the folder.
    RepeatedKeys {
        /// The file's name.
        file: String,
        /// How many.
        rows: u64,
        /// The first of them, from 1.
        first_row: u64,
        /// The file where that one's key stands first.
        earlier_file: String,
        /// The row there, from 1.
        earlier_row: u64,
    },
    /// Counts of the manifest that don't add up.
    Sum {
        /// What is counted.
        what: String,
        /// The count.
        count: u128,
        /// What it should add up from.
        of: &'static str,
        /// The sum of these.
        sum: u128,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "{file}: missing"),
            Self::Extra { file } => write!(f, "{file}: not in the manifest"),
            Self::NoFile { file } => write!(f, "{file}: no regular file"),
            Self::Name { file, expected } => {
                write!(f, "{file}: by its rows it should be {expected}")
            }
            Self::BatchRows {
                file,
                rows,
                batch_rows,
            } => {
                write!(
                    f,
                    "{file}: listed with {rows} rows, in batches of {batch_rows}"
                )
            }
            Self::Size {
                file,
                bytes,
                expected,
            } => write!(f, "{file}: {bytes} bytes instead of {expected}"),
            Self::Checksum { file } => write!(f, "{file}: its SHA-256 is not the manifest's"),
            Self::Content { file, what } => write!(f, "{file}: {what}"),
            Self::Rows {
                file,
                rows,
                expected,
            } => write!(f, "{file}: {rows} rows in it instead of {expected}"),
            Self::NullKeys {
                file,
                rows,
                first_row,
            } => {
                write!(
                    f,
                    "{file}: {rows} rows with a NULL key, the first is row {first_row}"
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
                "{file}: {rows} rows repeat an earlier key; row {first_row} has that of row {earlier_row} of {earlier_file}"
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

/// The error that tells the faults of a folder, a line each.
pub(super) fn error(folder: &Path, faults: &[Fault], in_use: bool) -> Error {
    let count = faults.len();
    let noun = if count == 1 { "fault" } else { "faults" };
    let mut lines = vec![format!(
        "{} is not what its manifest says: {count} {noun}",
        folder.display()
    )];
    lines.extend(
        faults
            .iter()
            .take(MOST_TOLD)
            .map(|fault| escaped(&fault.to_string())),
    );
    if count > MOST_TOLD {
        lines.push(format!("and {} more", count - MOST_TOLD));
    }
    Error::new(ErrorKind::Fault, lines.join("\n  ")).advise(if in_use {
        "a job is writing this folder right now: verify it again when that has ended"
    } else {
        "restore the folder and its manifest from a copy, or run the job again with --force"
    })
}

/// A file's name may hold anything but a slash: it must not steer a terminal.
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
