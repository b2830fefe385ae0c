//! The counts that must add up before anything is published.

use crate::distinct::Survivors;
use crate::extract::ReadUnit;
use crate::plan::Unit;
use crate::publish::Manifest;
use crate::report::{Event, Listener};
use crate::{Error, ErrorKind, Result};
use std::time::Duration;

/// What became of a table's rows: `read = new + filter_drops + unique_drops + null_drops`.
pub(crate) struct TableCounts {
    pub table: String,
    /// Counted when the database sent them.
    pub read: u64,
    /// Counted among the survivors.
    pub new: u64,
    /// Counted when the first-seen filter dropped them.
    pub filter_drops: u64,
    /// Candidates that are no survivors; their sum is what `unique` dropped.
    pub unique_drops: u64,
    /// Counted when they were left out.
    pub null_drops: u64,
    pub elapsed: Duration,
}

impl TableCounts {
    pub fn duplicates(&self) -> u64 {
        self.filter_drops + self.unique_drops
    }
}

/// Counts by table, or an error that says whose sums differ.
pub(crate) fn by_table(
    units: &[Unit],
    read: &[ReadUnit],
    survivors: &Survivors,
) -> Result<Vec<TableCounts>> {
    let mut end = 0_u64;
    let mut rest = survivors.places.as_slice();
    let mut tables = Vec::new();
    for (unit, read) in units.iter().zip(read) {
        end += read.rows.candidates;
        let (of_unit, later) = rest.split_at(rest.partition_point(|place| u64::from(*place) < end));
        rest = later;
        tables.push(table(unit, read, of_unit.len() as u64)?);
    }
    if rest.is_empty() {
        return Ok(tables);
    }
    Err(differ(format!(
        "{} survivors belong to no table",
        rest.len()
    )))
}

fn table(unit: &Unit, read: &ReadUnit, new: u64) -> Result<TableCounts> {
    let ReadUnit { rows, elapsed } = read;
    let counts = TableCounts {
        table: unit.table.clone(),
        read: rows.read,
        new,
        filter_drops: rows.filter_drops,
        unique_drops: rows.candidates.saturating_sub(new),
        null_drops: rows.null_drops,
        elapsed: *elapsed,
    };
    let sum = counts.new + counts.duplicates() + counts.null_drops;
    if sum == counts.read {
        return Ok(counts);
    }
    let message = format!(
        "table {}: {} rows were read, but {} new + {} duplicates + {} with NULL keys are {sum}",
        counts.table,
        counts.read,
        counts.new,
        counts.duplicates(),
        counts.null_drops
    );
    Err(differ(message))
}

/// Says what was counted of each table.
pub(crate) fn announce(tables: &[TableCounts], listener: &dyn Listener) {
    for (unit, counts) in tables.iter().enumerate() {
        listener.on_event(&Event::UnitCounted {
            unit,
            table: counts.table.clone(),
            rows_read: counts.read,
            new: counts.new,
            duplicates: counts.duplicates(),
            null_drops: counts.null_drops,
        });
    }
}

/// The rows that the writers counted are those that the tables gave.
pub(crate) fn check_files(manifest: &Manifest) -> Result<()> {
    let written: u64 = manifest.files.iter().map(|file| file.rows).sum();
    if written == manifest.totals.new {
        return Ok(());
    }
    Err(differ(format!(
        "{} rows are new, but {written} were written",
        manifest.totals.new
    )))
}

fn differ(message: String) -> Error {
    Error::new(ErrorKind::Sums, message)
        .advise("nothing was published; this is a bug: please report it with the plan")
}
