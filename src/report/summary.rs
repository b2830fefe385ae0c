//! The summary at the end, on standard output.

use super::number::{bytes, counted, grouped, per_second};
use super::table::TextTable;
use super::text::{nulled, plain};
use crate::publish::{Manifest, ManifestColumn, ManifestTable, NO_SNAPSHOT, Totals};
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// What happened to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It was written as batch files to this folder.
    Published(&'a Path),
    /// It was only counted: `--count-only`.
    CountedOnly,
}

/// Rows read, new entries and duplicates per table and in total, what was written, whether it is one consistent snapshot, and
/// the time and memory used.
///
/// Plain text that ends with a line feed. Numbers are grouped by commas. If there are NULL keys that were dropped, they have
/// a column. Each column with invalid dates that became NULL has a line.
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    columns: &'a [ManifestColumn],
    tables: &'a [ManifestTable],
    totals: &'a Totals,
    snapshot: &'a str,
    total_secs: f64,
    peak_memory_bytes: Option<u64>,
    output: Outcome<'a>,
}

impl<'a> Summary<'a> {
    /// Summarizes `manifest`. With [`Outcome::CountedOnly`] its files don't matter.
    pub fn new(manifest: &'a Manifest, output: Outcome<'a>) -> Self {
        Self {
            columns: &manifest.columns,
            tables: &manifest.tables,
            totals: &manifest.totals,
            snapshot: &manifest.snapshot,
            total_secs: manifest.timings.total_secs,
            peak_memory_bytes: manifest.peak_memory_bytes,
            output,
        }
    }

    fn table(&self) -> TextTable {
        let with_nulls = self.totals.null_drops > 0;
        let row = |name: &str, mut cells: Vec<String>, nulls: String| {
            cells.insert(0, plain(name).into_owned());
            cells.extend(with_nulls.then_some(nulls));
            cells
        };
        let header = ["rows read", "new entries", "duplicates"]
            .map(str::to_owned)
            .to_vec();
        let mut rows = vec![row("table", header, "null keys".into())];
        rows.extend(self.tables.iter().map(|table| {
            let cells = [table.rows_read, table.new, table.duplicates]
                .map(grouped)
                .to_vec();
            row(&table.table, cells, grouped(table.null_drops))
        }));
        let totals = self.totals;
        let cells = [totals.rows_read, totals.new, totals.duplicates]
            .map(grouped)
            .to_vec();
        rows.push(row("total", cells, grouped(totals.null_drops)));
        TextTable::new(rows)
    }

    fn state(&self) -> String {
        match self.snapshot {
            NO_SNAPSHOT => {
                "no consistent snapshot: tables might have been read at different moments"
                    .to_owned()
            }
            snapshot => format!("one consistent snapshot of all tables: {snapshot}"),
        }
    }

    fn costs(&self) -> String {
        let elapsed = Duration::try_from_secs_f64(self.total_secs).unwrap_or_default();
        let rate = grouped(per_second(self.totals.rows_read, elapsed));
        let seconds = elapsed.as_secs_f64();
        let decimals = if seconds < 10.0 { 2 } else { 1 };
        let costs = format!("{seconds:.decimals$} seconds, {rate} rows/s");
        match self.peak_memory_bytes {
            Some(peak) => format!("{costs}, peak memory {}", bytes(peak)),
            None => costs,
        }
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table())?;
        if let Outcome::Published(folder) = self.output {
            let files = counted(self.totals.files, "batch file");
            let rows = counted(self.totals.new, "row");
            let folder = folder.display().to_string();
            writeln!(
                f,
                "{files}, {rows}, {} in {}",
                bytes(self.totals.bytes),
                plain(&folder)
            )?;
        }
        for column in self.columns.iter().filter(|column| column.nulled_dates > 0) {
            writeln!(f, "{}", plain(&nulled(&column.name, column.nulled_dates)))?;
        }
        writeln!(f, "{}", self.state())?;
        writeln!(f, "{}", self.costs())
    }
}
