//! Whether a table is read whole, or its keys first and then the rows that are wanted.

use super::size::{UNKNOWN_BYTES, typical_bytes};
use super::{Chosen, PlannedColumn};
use crate::job::{Job, Output, ReadChoice, SnapshotChoice};
use crate::source::Extractor;
use crate::{Error, ErrorKind, Result};

/// Below this, a table is read in less time than it takes to ask twice.
const LEAST_TABLE_BYTES: u64 = 16 << 20;
/// Rows below this width cost more per row than per byte, so reading them twice doesn't pay.
const LEAST_ROW_BYTES: u64 = 250;
/// How many times as wide as its key a row must be.
const LEAST_RATIO: u64 = 3;
/// What a locator takes, about.
const LOCATOR_BYTES: u64 = 8;

/// How a table is read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reads {
    pub keys_first: bool,
    pub why: String,
}

impl Reads {
    /// Its name in the plan, the log and the manifest.
    pub fn name(&self) -> &'static str {
        if self.keys_first {
            ReadChoice::KeysFirst.name()
        } else {
            ReadChoice::Whole.name()
        }
    }

    pub(super) fn whole(why: impl Into<String>) -> Self {
        Self {
            keys_first: false,
            why: why.into(),
        }
    }

    fn keys_first(why: impl Into<String>) -> Self {
        Self {
            keys_first: true,
            why: why.into(),
        }
    }
}

/// What is known about a table's rows when it is decided how to read them.
pub(super) struct Known<'a> {
    pub chosen: &'a Chosen,
    pub columns: &'a [PlannedColumn],
    pub key: &'a [usize],
    pub extractor: Extractor,
    /// Why its rows have no defined order, if they don't.
    pub unordered: Option<String>,
    /// Why a transaction doesn't see its rows as they were when it began, if it doesn't.
    pub unversioned: Option<String>,
}

impl Known<'_> {
    /// The columns of the key.
    pub fn key_columns(&self) -> impl Iterator<Item = &PlannedColumn> {
        let indices = self.key.iter();
        indices.filter_map(|index| self.columns.get(*index))
    }
}

/// Decides how a table is read.
///
/// # Errors
/// If the job asks for keys first and the table can't be read so.
pub(super) fn reads(job: &Job, known: &Known<'_>) -> Result<Reads> {
    if matches!(job.output, Output::Count) || known.key.len() == known.columns.len() {
        return Ok(Reads::whole("every column that is read is a key column"));
    }
    match (job.read, impossible(job, known)) {
        (ReadChoice::Whole, _) => Ok(Reads::whole("--read whole")),
        (ReadChoice::Auto, Some(why)) => Ok(Reads::whole(why)),
        (ReadChoice::Auto, None) => Ok(costly(known).map_or_else(|| by_width(known), Reads::whole)),
        (ReadChoice::KeysFirst, None) => Ok(Reads::keys_first("--read keys-first")),
        (ReadChoice::KeysFirst, Some(why)) => Err(refused(known, &why)),
    }
}

fn refused(known: &Known<'_>, why: &str) -> Error {
    let message = format!("--read keys-first: the table can't be read by its keys first: {why}");
    let error = Error::new(ErrorKind::Schema, message).in_table(&known.chosen.name);
    error.advise("use --read auto, which reads such tables whole and all others as it pays")
}

/// Why the rows can't be fetched after the keys, if they can't.
fn impossible(job: &Job, known: &Known<'_>) -> Option<String> {
    if job.snapshot == SnapshotChoice::Off {
        return Some("with --snapshot off, its rows could change in between".to_owned());
    }
    if known.extractor == Extractor::ConnectorX {
        return Some("ConnectorX's own source reads each query separately".to_owned());
    }
    let no_locator = known.chosen.table.locator.as_ref().err();
    let no_locator = no_locator.map(|why| (*why).to_owned());
    no_locator
        .or_else(|| known.unversioned.clone())
        .or_else(|| known.unordered.clone())
}

/// Why it doesn't pay to fetch rows, however few, if it doesn't.
fn costly(known: &Known<'_>) -> Option<&'static str> {
    known.chosen.table.locator.as_ref().ok()?.costly
}

/// Decides by the catalog's estimates.
fn by_width(known: &Known<'_>) -> Reads {
    let Widths { row, key } = Widths::of(known);
    let rows = known.chosen.table.estimated_rows.filter(|rows| *rows > 0);
    let is_small = rows.is_some_and(|rows| rows.saturating_mul(row) < LEAST_TABLE_BYTES);
    if is_small {
        return Reads::whole("the table is small");
    }
    let widths = format!("rows of about {row} bytes, and keys of {key}");
    if row < LEAST_ROW_BYTES || row < key * LEAST_RATIO {
        return Reads::whole(widths);
    }
    Reads::keys_first(widths)
}

/// Bytes of a row, about.
struct Widths {
    /// Of the columns that are read.
    row: u64,
    /// Of the key and the locator.
    key: u64,
}

impl Widths {
    /// By the columns' types, scaled to the catalog's estimate of the whole row if it has one.
    fn of(known: &Known<'_>) -> Self {
        let width = |column: &PlannedColumn| typical_bytes(&column.data_type, &column.sql_type);
        let key: u64 = known.key_columns().map(width).sum();
        let read: u64 = known.columns.iter().map(width).sum();
        let table = &known.chosen.table;
        let all = table.columns.iter().map(|column| match &column.mapping {
            Ok(mapping) => typical_bytes(&mapping.data_type, &column.sql_type),
            Err(_) => UNKNOWN_BYTES,
        });
        let all = all.sum::<u64>().max(1);
        let row = table
            .row_bytes
            .map_or(read, |bytes| bytes.saturating_mul(read) / all);
        Self {
            row: row.max(key),
            key: key + LOCATOR_BYTES,
        }
    }
}
