//! The end of a table that is read in parts, so that each table is reported once.

use super::Event;
use crate::unit::Part;
use std::collections::HashMap;

/// Tables of which some parts, but not all, have been read.
#[derive(Debug, Default)]
pub(super) struct TableEnds {
    open: HashMap<String, Open>,
}

/// The totals of a table's parts that have been read.
#[derive(Debug, Default)]
struct Open {
    parts: usize,
    rows_read: u64,
    candidates: u64,
}

/// A table whose parts have all been read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TableEnd {
    pub table: String,
    pub rows_read: u64,
    pub candidates: u64,
}

impl TableEnds {
    /// The table that ends with this event. `None` for a table that is read as a whole, since the event itself reports its
    /// end.
    pub fn follow(&mut self, event: &Event) -> Option<TableEnd> {
        let Event::UnitFinished {
            table,
            part: Some(Part { of, .. }),
            rows_read,
            candidates,
            ..
        } = event
        else {
            return None;
        };
        let open = self.open.entry(table.clone()).or_default();
        open.parts += 1;
        open.rows_read = open.rows_read.saturating_add(*rows_read);
        open.candidates = open.candidates.saturating_add(*candidates);
        if open.parts < *of {
            return None;
        }
        let Open {
            rows_read,
            candidates,
            ..
        } = self.open.remove(table)?;
        Some(TableEnd {
            table: table.clone(),
            rows_read,
            candidates,
        })
    }
}

/// Whether an event is the end of a part, which is reported as text only with `-v`.
pub(super) fn is_end_of_part(event: &Event) -> bool {
    matches!(event, Event::UnitFinished { part: Some(_), .. })
}
