//! What an event is in words.

use super::Event;
use super::number::{bytes, counted, grouped};
use super::table_ends::TableEnd;
use crate::unit::{Part, UnitName};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The event as one line without its time and without control characters. `rows_read` is the sum of all units so far.
///
/// `None` for an event that no line tells: exact counts stand in the summary.
pub(super) fn line(event: &Event, rows_read: u64) -> Option<String> {
    let line = match event {
        Event::Planned {
            units,
            workers,
            estimated_rows,
        } => planned(*units, *workers, *estimated_rows),
        Event::SnapshotTaken { snapshot, why_none } => taken(snapshot, why_none.as_deref()),
        Event::UnitStarted {
            table, part, sql, ..
        } => format!("running {}: {sql}", name(table, *part)),
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

fn taken(snapshot: &str, why_none: Option<&str>) -> String {
    match why_none {
        None => format!("all tables are read as they were at one moment: {snapshot}"),
        Some(why) => format!("tables may be read as they were at different moments: {why}"),
    }
}

/// How many dates became NULL.
pub(super) fn nulled(column: &str, values: u64) -> String {
    let dates = counted(values, "date");
    let are = if values == 1 { "is" } else { "are" };
    format!("column {column}: {dates} that no calendar has {are} NULL")
}

/// What a unit is called.
pub(super) fn name(table: &str, part: Option<Part>) -> String {
    let table = table.to_owned();
    UnitName { table, part }.to_string()
}

/// That all parts of a table are read.
pub(super) fn table_finished(end: &TableEnd) -> String {
    let line = finished(&end.table, end.rows_read, end.candidates);
    plain(&line).into_owned()
}

/// How far a unit is.
pub(super) fn progress(unit: &str, rows_read: u64, candidates: u64) -> String {
    let rows = counted(rows_read, "row");
    plain(&format!(
        "reading {unit}: {rows}, {}",
        candidate_entries(candidates)
    ))
    .into_owned()
}

/// `text` with control characters escaped: a table's name must not steer a terminal or break a line.
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

/// Before the distinct step, an entry is new only as far as the filter knows: an upper bound.
fn candidate_entries(candidates: u64) -> String {
    format!("{} new at most", grouped(candidates))
}
