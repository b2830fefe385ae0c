//! What all workers of a job share: how they stop each other, and how they report.

use crate::cancel::Cancel;
use crate::report::{Event, Listener};
use crate::{Error, Result};
use std::sync::{Arc, OnceLock};

/// What all workers of a job share.
pub(crate) struct Control {
    cancel: Cancel,
    /// The failure that stops the others: its unit, and its error without causes.
    failure: OnceLock<(u32, Error)>,
    tables: Vec<String>,
    listener: Arc<dyn Listener>,
}

impl Control {
    pub fn new(cancel: Cancel, tables: Vec<String>, listener: Arc<dyn Listener>) -> Self {
        Self {
            cancel,
            failure: OnceLock::new(),
            tables,
            listener,
        }
    }

    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Says that a unit failed: all others stop. What they fail with then is an echo of it.
    pub fn fail(&self, unit: u32, error: &Error) {
        let placed = self.in_table(unit, error.without_cause());
        let _ = self.failure.set((unit, placed));
    }

    /// Puts the unit's table before an error.
    pub fn in_table(&self, unit: u32, error: Error) -> Error {
        error.within(format_args!("table {}", self.table(unit)))
    }

    /// The unit that failed first, and why.
    pub fn failure(&self) -> Option<&(u32, Error)> {
        self.failure.get()
    }

    /// Whether the workers have to stop.
    pub fn is_stopping(&self) -> bool {
        self.failure().is_some() || self.cancel.is_interrupted()
    }

    /// An error if the job has to stop.
    pub fn check(&self) -> Result<()> {
        self.cancel.check()?;
        match self.failure() {
            None => Ok(()),
            Some((_, error)) => Err(error.without_cause()),
        }
    }

    pub fn event(&self, event: &Event) {
        self.listener.on_event(event);
    }

    pub fn table(&self, unit: u32) -> String {
        self.tables.get(unit as usize).cloned().unwrap_or_default()
    }

    pub fn executed(&self, unit: u32) {
        self.event(&Event::UnitExecuted {
            unit: unit as usize,
            table: self.table(unit),
        });
    }

    pub fn progress(&self, unit: u32, rows_read: u64, candidates: u64) {
        self.event(&Event::UnitProgress {
            unit: unit as usize,
            rows_read,
            candidates,
        });
    }
}
