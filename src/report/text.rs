//! Events as lines of text.

use super::Event;
use super::number::{bytes, counted, grouped};
use super::table_ends::TableEnd;
use crate::unit::{Part, UnitName};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The event as one line, without its time and without control characters. `rows_read` is the total of all units so far.
///
/// `None` for an event without a line: exact counts are in the summary.
pub(super) fn line(event: &Event, rows_read: u64) -> Option<String> {
    let line = match event {
        Event::Planned {
            units,
            workers,
            estimated_rows,
        } => planned(*units, *workers, *estimated_rows),
        Event::SnapshotTaken { snapshot, why_none } => taken(snapshot, why_none.as_deref()),
        Event::ReadChosen { tables, read, why } => chosen(tables, read, why),
        Event::FetchStarted {
            table,
            rows_read,
            rows,
            located,
        } => fetching(table, *rows_read, (*rows, *located)),
        Event::UnitStarted {
            table, part, sql, ..
        } => format!("running {}: {}", name(table, *part), on_one_line(sql)),
        Event::UnitExecuted { table, part, .. } => {
            format!("execution of {} completed", name(table, *part))
        }
        Event::UnitProgress { .. } | Event::UnitCounted { .. } => return None,
        Event::UnitFinished {
            table,
            part,
            rows_read,
            candidates,
            ..
        } => finished(&name(table, *part), *rows_read, *candidates),
        Event::DatesNulled { column, values } => nulled(column, *values),
        Event::DistinctCounted { rows, files } => distinct(rows_read, *rows, *files),
        Event::FileWritten {
            name,
            rows,
            bytes: size,
        } => {
            format!("wrote {name}: {}, {}", counted(*rows, "row"), bytes(*size))
        }
        Event::Published { folder } => format!("published {}", folder.display()),
        Event::Warning { message } => format!("warning: {message}"),
    };
    Some(plain(&line).into_owned())
}

/// A filter ends on a line of its own.
fn on_one_line(sql: &str) -> String {
    sql.replace("\n)", ")")
}

fn taken(snapshot: &str, why_none: Option<&str>) -> String {
    match why_none {
        None => format!("reading one consistent snapshot of all tables: {snapshot}"),
        Some(why) => {
            format!("no consistent snapshot, tables might be read at different moments: {why}")
        }
    }
}

/// How some tables are read.
fn chosen(tables: &[String], read: &str, why: &str) -> String {
    let (first, others) = (tables.first(), tables.len().saturating_sub(1));
    let first = first.map(String::as_str).unwrap_or_default();
    let tables = match others {
        0 => first.to_owned(),
        others => format!("{first} and {}", counted(others as u64, "more table")),
    };
    format!("reading {tables} {}: {why}", read.replace('-', " "))
}

fn fetching(table: &str, rows_read: u64, (rows, located): (u64, u64)) -> String {
    let scanned = grouped(rows.saturating_sub(located));
    let share = rows.saturating_mul(100) / rows_read.max(1);
    let rows = counted(rows, "row");
    format!(
        "fetching {rows} of {table}, {share} % of it: {} by locators, {scanned} by scans",
        grouped(located)
    )
}

/// How many invalid dates became NULL.
pub(super) fn nulled(column: &str, values: u64) -> String {
    let dates = counted(values, "invalid date");
    format!("column {column}: {dates} written as NULL")
}

/// The name of a unit.
pub(super) fn name(table: &str, part: Option<Part>) -> String {
    let table = table.to_owned();
    UnitName { table, part }.to_string()
}

/// The line for a table whose parts have all been read.
pub(super) fn table_finished(end: &TableEnd) -> String {
    let line = finished(&end.table, end.rows_read, end.candidates);
    plain(&line).into_owned()
}

/// The line for the progress of a unit.
pub(super) fn progress(unit: &str, rows_read: u64, candidates: u64) -> String {
    let rows = counted(rows_read, "row");
    plain(&format!(
        "reading {unit}: {rows}, {}",
        candidate_entries(candidates)
    ))
    .into_owned()
}

/// Escapes control characters in `text`, so that a table's name can't control a terminal or break a line.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if letter.is_control() {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

fn planned(units: usize, workers: usize, estimated_rows: Option<u64>) -> String {
    let units = counted(units as u64, "unit");
    let mut line = format!("reading {units} with {}", counted(workers as u64, "worker"));
    if let Some(rows) = estimated_rows {
        // Writing to a string can't fail.
        let _ = write!(line, ", about {}", counted(rows, "row"));
    }
    line
}

fn finished(unit: &str, rows_read: u64, candidates: u64) -> String {
    let rows = counted(rows_read, "row");
    format!("finished {unit}: {rows}, {}", candidate_entries(candidates))
}

fn distinct(rows_read: u64, rows: u64, files: usize) -> String {
    let files = counted(files as u64, "batch file");
    format!(
        "total: {}, {} new, {files}",
        counted(rows_read, "row"),
        grouped(rows)
    )
}

/// Until all tables are read, only an upper bound of the new entries is known: the rows that the filter let through.
fn candidate_entries(candidates: u64) -> String {
    format!("at most {} new", grouped(candidates))
}
