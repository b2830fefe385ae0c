//! What is noted about staged rows, as a column of their parts: which values don't fit, and which dates became NULL.

use super::file::bug;
use crate::destination::Notes;
use crate::{Error, ErrorKind, Result};
use arrow::array::StringArray;
use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The note about a row, as JSON in its part. Most rows have none.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowNotes {
    /// Why the job fails if the row is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refusal>,
    /// Columns whose invalid date became NULL, each as often as it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nulled: Vec<usize>,
}

/// An error about a value of the row. Contains no value.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Refusal {
    /// Whether the table isn't as the catalog described it; otherwise the value can't be represented.
    is_schema: bool,
    message: String,
    advice: Option<String>,
    column: Option<String>,
    /// The database's own id for the row.
    row_id: Option<i64>,
}

impl RowNotes {
    /// Reads a row's note.
    pub fn read(note: &str) -> Result<Self> {
        serde_json::from_str(note).map_err(|cause| {
            let message = "a staged row has a note that can't be read";
            Error::new(ErrorKind::Fault, message).because(cause)
        })
    }

    /// Fails if the row must not be kept.
    pub fn check(&self, row: i64) -> Result<()> {
        let Some(refusal) = &self.refused else {
            return Ok(());
        };
        let kind = if refusal.is_schema {
            ErrorKind::Schema
        } else {
            ErrorKind::Value
        };
        let error = Error::new(kind, &refusal.message);
        let error = error.in_row(row.unsigned_abs(), refusal.row_id);
        let error = match &refusal.column {
            Some(column) => error.in_column(column),
            None => error,
        };
        Err(match &refusal.advice {
            Some(advice) => error.advise(advice),
            None => error,
        })
    }
}

/// The notes as a column for these rows, which the query sends as `sent`.
pub(super) fn encoded(notes: &Notes, rows: usize, sent: &Schema) -> Result<StringArray> {
    let mut by_row: BTreeMap<usize, RowNotes> = BTreeMap::new();
    for misfit in &notes.misfits {
        let candidate = usize::try_from(misfit.candidate).unwrap_or(usize::MAX);
        let note = by_row.entry(candidate).or_default();
        // The first one is what the local job reports.
        if note.refused.is_none() {
            note.refused = Some(refusal(&misfit.refused(sent)));
        }
    }
    for (column, candidate) in notes.nulled.values() {
        let note = by_row.entry(candidate as usize).or_default();
        note.nulled.push(column);
    }
    if by_row.is_empty() {
        return Ok(StringArray::new_null(rows));
    }
    let column = (0..rows).map(|row| {
        let note = by_row.get(&row).map(serde_json::to_string);
        note.transpose()
    });
    let column: Result<StringArray, _> = column.collect();
    column.map_err(|cause| bug("a note can't be written").because(cause))
}

fn refusal(error: &Error) -> Refusal {
    let location = error.location();
    Refusal {
        is_schema: error.kind() == ErrorKind::Schema,
        message: error.message().to_owned(),
        advice: error.advice().map(str::to_owned),
        column: location.column().map(str::to_owned),
        row_id: location.row_and_id().and_then(|(_, id)| id),
    }
}
