//! What all of a job's workers share: how they stop each other, and how they report.

use crate::cancel::Cancel;
use crate::report::{Event, Listener};
use crate::unit::UnitName;
use crate::watch::Watch;
use crate::{Error, Result};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What all of a job's workers share.
pub(crate) struct Control {
    cancel: Cancel,
    /// The failure that stops the others: its unit, and its error without the causes.
    failure: OnceLock<(u32, Error)>,
    names: Vec<UnitName>,
    /// By unit, whether it waits for rows.
    watches: Vec<Watch>,
    listener: Arc<dyn Listener>,
    /// Whether the progress of units is reported.
    reports: bool,
}

impl Control {
    /// `silence` is how long a unit may wait for its next rows.
    pub fn new(
        cancel: Cancel,
        names: Vec<UnitName>,
        silence: Option<Duration>,
        listener: Arc<dyn Listener>,
    ) -> Self {
        Self {
            cancel,
            failure: OnceLock::new(),
            watches: names.iter().map(|_| Watch::new(silence)).collect(),
            names,
            listener,
            reports: true,
        }
    }

    /// The same for work that isn't the first reading of units: their progress is not reported.
    pub fn quiet(self) -> Self {
        Self {
            reports: false,
            ..self
        }
    }

    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Notes that a unit failed, which stops all others. Their errors are then a consequence of this one.
    pub fn fail(&self, unit: u32, error: &Error) {
        let placed = self.in_table(unit, error.without_cause());
        let _ = self.failure.set((unit, placed));
    }

    /// The watch over a unit's wait for rows.
    pub fn watch(&self, unit: u32) -> Option<&Watch> {
        self.watches.get(unit as usize)
    }

    /// Fails each unit that has waited too long, since its client might have no timeout. Returns whether there was any.
    pub fn ends_silence(&self) -> bool {
        let mut is_silent = false;
        for (unit, watch) in (0..).zip(&self.watches) {
            if let Err(error) = watch.check() {
                self.fail(unit, &error);
                is_silent = true;
            }
        }
        is_silent
    }

    /// A unit's name.
    pub fn name(&self, unit: u32) -> String {
        let name = self.names.get(unit as usize);
        name.map(ToString::to_string).unwrap_or_default()
    }

    /// Adds the unit's table and part to an error.
    pub fn in_table(&self, unit: u32, error: Error) -> Error {
        match self.names.get(unit as usize) {
            Some(name) => error.in_unit(name),
            None => error,
        }
    }

    /// The unit that failed first, and why.
    pub fn failure(&self) -> Option<&(u32, Error)> {
        self.failure.get()
    }

    /// Whether the workers have to stop.
    pub fn is_stopping(&self) -> bool {
        self.failure().is_some() || self.cancel.is_interrupted()
    }

    /// Fails if the job has to stop.
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

    pub fn executed(&self, unit: u32) {
        if let (true, Some(UnitName { table, part })) =
            (self.reports, self.names.get(unit as usize))
        {
            self.event(&Event::UnitExecuted {
                unit: unit as usize,
                table: table.clone(),
                part: *part,
            });
        }
    }

    pub fn progress(&self, unit: u32, rows_read: u64, candidates: u64) {
        if self.reports {
            self.event(&Event::UnitProgress {
                unit: unit as usize,
                rows_read,
                candidates,
            });
        }
    }
}
