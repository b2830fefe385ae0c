//! When all parts of a table are read: a table is told once, whatever it was read in.

use super::Event;
use crate::unit::Part;
use std::collections::HashMap;

/// Tables of which not all parts are read.
#[derive(Debug, Default)]
pub(super) struct TableEnds {
    open: HashMap<String, Open>,
}

/// What the parts of a table that are read come to.
#[derive(Debug, Default)]
struct Open {
    parts: usize,
    rows_read: u64,
    candidates: u64,
}

/// A table all of whose parts are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TableEnd {
    pub table: String,
    pub rows_read: u64,
    pub candidates: u64,
}

impl TableEnds {
    /// The table that ends with this event; `None` also for one that is read as a whole, whose end the event itself is.
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

/// Whether an event is the end of a part, which only `-v` tells in words.
pub(super) fn is_end_of_part(event: &Event) -> bool {
    matches!(event, Event::UnitFinished { part: Some(_), .. })
}
