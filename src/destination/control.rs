//! What all workers of a job share: how they stop each other, and how they report.

use crate::cancel::Cancel;
use crate::report::{Event, Listener};
use crate::{Error, ErrorKind, Interrupt, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The failed unit of a job in which none has failed.
const NONE: u32 = u32::MAX;

/// What all workers of a job share.
pub(crate) struct Control {
    cancel: Cancel,
    /// The unit whose failure stops the others.
    failed: AtomicU32,
    tables: Vec<String>,
    listener: Arc<dyn Listener>,
}

impl Control {
    pub fn new(cancel: Cancel, tables: Vec<String>, listener: Arc<dyn Listener>) -> Self {
        Self {
            cancel,
            failed: AtomicU32::new(NONE),
            tables,
            listener,
        }
    }

    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Says that a unit failed: all others stop. What they fail with then is an echo of it.
    pub fn fail(&self, unit: u32) {
        let _ = self
            .failed
            .compare_exchange(NONE, unit, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The unit that failed first.
    pub fn failed(&self) -> Option<u32> {
        Some(self.failed.load(Ordering::Relaxed)).filter(|unit| *unit != NONE)
    }

    /// Whether the workers have to stop.
    pub fn is_stopping(&self) -> bool {
        self.failed().is_some() || self.cancel.is_interrupted()
    }

    /// An error if the job has to stop.
    pub fn check(&self) -> Result<()> {
        self.cancel.check()?;
        if self.is_stopping() {
            return Err(Error::new(
                ErrorKind::Interrupted(Interrupt::Int),
                "stopped, since another worker failed",
            ));
        }
        Ok(())
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
