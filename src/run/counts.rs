//! The counts that must add up before anything is published.

use crate::distinct::Survivors;
use crate::extract::ReadUnit;
use crate::plan::{Plan, Unit};
use crate::publish::Manifest;
use crate::report::{Event, Listener};
use crate::unit::UnitName;
use crate::{Error, ErrorKind, Result};
use std::iter::Sum;
use std::time::Duration;

/// What happened to the rows of a unit or a table: `read = new + filter_drops + unique_drops + null_drops`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Counted when the database sent them.
    pub read: u64,
    /// Counted among the survivors.
    pub new: u64,
    /// Counted when the first-seen filter dropped them.
    pub filter_drops: u64,
    /// Candidates that didn't survive; their total is what `unique` dropped.
    pub unique_drops: u64,
    /// Counted when they were left out.
    pub null_drops: u64,
    /// From each query to its last row.
    pub elapsed: Duration,
}

impl Counts {
    pub fn duplicates(&self) -> u64 {
        self.filter_drops + self.unique_drops
    }
}

impl<'a> Sum<&'a Self> for Counts {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, counts| Self {
            read: sum.read + counts.read,
            new: sum.new + counts.new,
            filter_drops: sum.filter_drops + counts.filter_drops,
            unique_drops: sum.unique_drops + counts.unique_drops,
            null_drops: sum.null_drops + counts.null_drops,
            elapsed: sum.elapsed + counts.elapsed,
        })
    }
}

/// A table's counts: the total of its units', and each unit's.
pub(crate) struct TableCounts {
    pub total: Counts,
    pub units: Vec<Counts>,
    /// Rows of the result that were fetched by their locators, and by scans.
    pub located: u64,
    pub scanned: u64,
}

/// Counts by table, in the plan's order. Fails if a unit's counts don't add up.
pub(super) fn by_table(
    plan: &Plan,
    read: &[ReadUnit],
    survivors: &Survivors,
) -> Result<Vec<TableCounts>> {
    let mut units = by_unit(&plan.units, read, survivors)?.into_iter();
    let tables = plan.tables.iter().map(|table| {
        let units: Vec<_> = units.by_ref().take(table.units).collect();
        TableCounts {
            total: units.iter().sum(),
            units,
            located: 0,
            scanned: 0,
        }
    });
    Ok(tables.collect())
}

fn by_unit(units: &[Unit], read: &[ReadUnit], survivors: &Survivors) -> Result<Vec<Counts>> {
    let mut end = 0_u64;
    let mut rest = survivors.places.as_slice();
    let mut counts = Vec::new();
    for (unit, read) in units.iter().zip(read) {
        end += read.rows.candidates;
        let (of_unit, later) = rest.split_at(rest.partition_point(|place| u64::from(*place) < end));
        rest = later;
        counts.push(of(&unit.name, read, of_unit.len() as u64)?);
    }
    if rest.is_empty() {
        return Ok(counts);
    }
    Err(differ(format!(
        "{} of the rows to write belong to no table",
        rest.len()
    )))
}

fn of(name: &UnitName, read: &ReadUnit, new: u64) -> Result<Counts> {
    let ReadUnit { rows, elapsed, .. } = read;
    let counts = Counts {
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
        "{} rows were read, but {} new + {} duplicates + {} with NULL keys add up to {sum}",
        counts.read,
        counts.new,
        counts.duplicates(),
        counts.null_drops
    );
    Err(differ(message).in_unit(name))
}

/// Reports the counts of each table, or of each part if the table has several.
pub(super) fn announce(plan: &Plan, tables: &[TableCounts], listener: &dyn Listener) {
    let counts = tables.iter().flat_map(|table| &table.units);
    for (unit, (planned, counts)) in plan.units.iter().zip(counts).enumerate() {
        listener.on_event(&Event::UnitCounted {
            unit,
            table: planned.name.table.clone(),
            part: planned.name.part,
            rows_read: counts.read,
            new: counts.new,
            duplicates: counts.duplicates(),
            null_drops: counts.null_drops,
        });
    }
}

/// Fails if the writers counted other rows than the tables have.
pub(super) fn check_files(manifest: &Manifest) -> Result<()> {
    let written: u64 = manifest.files.iter().map(|file| file.rows).sum();
    if written == manifest.totals.new {
        return Ok(());
    }
    Err(differ(format!(
        "{} rows are new, but {written} were written",
        manifest.totals.new
    )))
}

/// The error for counts that don't add up.
pub(crate) fn differ(message: String) -> Error {
    Error::new(ErrorKind::Sums, message)
        .advise("report this bug together with the plan; nothing was published")
}
