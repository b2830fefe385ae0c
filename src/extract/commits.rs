//! The order in which the units of a stage are committed.

use super::ReadUnit;
use crate::destination::{Exit, Outlet, Room};
use crate::distinct::FirstSeen;
use crate::{Error, Proceed, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where units go that aren't kept in memory.
pub(crate) trait Stages: Send + Sync {
    /// Takes a unit's candidates.
    fn outlet(&self, unit: u32) -> Result<Box<dyn Outlet>>;

    /// The unit was read completely: what its outlet took is kept from now on. `read` has its counts.
    fn commit(&self, unit: u32, read: &ReadUnit) -> Result<Kept>;

    /// Nothing is kept of what the unit's outlet took.
    fn discard(&self, unit: u32);
}

/// Which rows of a committed unit are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Those that were read here, or others of the same state of the database.
    AsRead,
    /// Those that another process has read from another state.
    Other,
}

/// Commits each unit once those are committed whose rows its own were dropped for.
pub(super) struct Commits {
    stages: Arc<dyn Stages>,
    first_seen: Option<Arc<FirstSeen>>,
    waiting: Waiting,
    /// For the candidates of units that others might overtake.
    room: Arc<Room>,
    open: Mutex<Open>,
}

/// How many units may wait, and rows of theirs, beyond which one that is begun depends on none of the open ones: a process that
/// dies loses little more than what it was reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub units: usize,
    pub rows: u64,
}

/// However few rows they have, no more units than this wait: all of them are looked through whenever one is read.
const MOST_WAITING_UNITS: usize = 256;

/// By unit, those that were begun and aren't committed.
type Open = BTreeMap<u32, Step>;

enum Step {
    Reading,
    /// A row of it was dropped for a unit that isn't kept.
    Spoiled,
    /// It waits for others.
    Read(Box<ReadUnit>),
    Committing,
    /// Its rows are incomplete, after an error: neither it nor what depends on it is committed.
    Failed,
}

impl Commits {
    pub fn new(
        stages: Arc<dyn Stages>,
        first_seen: Option<Arc<FirstSeen>>,
        waiting: Waiting,
        room: Room,
    ) -> Self {
        Self {
            stages,
            first_seen,
            waiting,
            room: Arc::new(room),
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A unit is begun. Returns by which exit its candidates leave. Units must be taken in ascending order.
    pub fn begin(&self, unit: u32) -> Result<Exit> {
        let room = {
            let mut open = self.open();
            open.insert(unit, Step::Reading);
            if let Some(first_seen) = &self.first_seen {
                first_seen.begin(unit);
            }
            let holds = self.awaits(&open, unit);
            self.hold(unit, holds);
            holds.then(|| Arc::clone(&self.room))
        };
        Ok(Exit::new(self.stages.outlet(unit)?, room))
    }

    fn discard(&self, unit: u32) {
        self.hold(unit, false);
        self.stages.discard(unit);
    }

    /// A unit's candidates are held back, or no longer.
    fn hold(&self, unit: u32, holds: bool) {
        if let Some(first_seen) = &self.first_seen {
            first_seen.hold(unit, holds);
        }
    }

    /// A unit was read. Commits it, and those that waited for it; or lets it wait for others.
    ///
    /// # Errors
    /// With the unit that failed.
    pub fn add(&self, unit: u32, read: ReadUnit, proceed: Proceed<'_>) -> Result<(), (u32, Error)> {
        {
            let mut open = self.open();
            if matches!(open.get(&unit), Some(Step::Spoiled)) {
                open.remove(&unit);
                self.discard(unit);
                return Ok(());
            }
            open.insert(unit, Step::Read(Box::new(read)));
            self.limit_waiting(&open);
        }
        while let Some((unit, read)) = self.take_ready() {
            let kept = self.commit(unit, read, proceed);
            let kept = kept.map_err(|error| (unit, error))?;
            let mut open = self.open();
            match (kept, &self.first_seen) {
                (Kept::AsRead, Some(first_seen)) => first_seen.settle(unit),
                (Kept::Other, Some(_)) => self.spoil_dependents(&mut open, unit),
                (_, None) => {}
            }
            open.remove(&unit);
            // Nothing can overtake their candidates any more.
            let settled = open.keys().filter(|it| !self.awaits(&open, **it));
            settled.for_each(|it| self.hold(*it, false));
        }
        Ok(())
    }

    /// Commits a unit without the candidates that were overtaken while it was held back.
    fn commit(&self, unit: u32, mut read: ReadUnit, proceed: Proceed<'_>) -> Result<Kept> {
        proceed()?;
        if let Some(first_seen) = &self.first_seen {
            first_seen.hold(unit, false);
            read.rows.drop_last_overtaken(unit, first_seen, proceed)?;
            read.rows.forget_keys(unit, first_seen);
        }
        read.rows.end()?;
        self.stages.commit(unit, &read)
    }

    /// Drops candidates of waiting units that units which are still being read have overtaken.
    pub fn drop_overtaken(&self, proceed: Proceed<'_>) -> Result<(), (u32, Error)> {
        let Some(first_seen) = &self.first_seen else {
            return Ok(());
        };
        for (unit, step) in &mut *self.open() {
            if let Step::Read(read) = step
                && let Err(error) = read.rows.drop_overtaken(*unit, first_seen, proceed)
            {
                *step = Step::Failed;
                return Err((*unit, error));
            }
        }
        Ok(())
    }

    /// The open units for which a row of `unit` might have been dropped.
    fn awaited<'a>(&'a self, open: &'a Open, unit: u32) -> impl Iterator<Item = u32> + 'a {
        let earlier = open.range(..unit).map(|(it, _)| *it);
        earlier.filter(move |it| {
            let first_seen = self.first_seen.as_ref();
            first_seen.is_some_and(|first_seen| first_seen.counts(*it, unit))
        })
    }

    fn awaits(&self, open: &Open, unit: u32) -> bool {
        self.awaited(open, unit).next().is_some()
    }

    /// The units that were read.
    fn read(open: &Open) -> impl Iterator<Item = (u32, &ReadUnit)> {
        open.iter().filter_map(|(unit, step)| match step {
            Step::Read(read) => Some((*unit, &**read)),
            _ => None,
        })
    }

    fn limit_waiting(&self, open: &Open) {
        let waiting = Self::read(open).filter(|(unit, _)| self.awaits(open, *unit));
        let rows: Vec<u64> = waiting.map(|(_, read)| read.rows.read).collect();
        let are_few = rows.len() < self.waiting.units
            || (rows.len() < MOST_WAITING_UNITS && rows.iter().sum::<u64>() < self.waiting.rows);
        if let Some(first_seen) = &self.first_seen
            && !are_few
        {
            for unit in open.keys() {
                first_seen.close(*unit);
            }
        }
    }

    /// A unit that was read and waits for no other.
    fn take_ready(&self) -> Option<(u32, ReadUnit)> {
        let mut open = self.open();
        let (unit, _) = Self::read(&open).find(|(unit, _)| !self.awaits(&open, *unit))?;
        match open.insert(unit, Step::Committing) {
            Some(Step::Read(read)) => Some((unit, *read)),
            _ => None,
        }
    }

    /// Nothing is kept of the units that depend on one whose rows aren't kept as they were read.
    fn spoil_dependents(&self, open: &mut Open, unit: u32) {
        let later = open.range(unit + 1..).map(|(later, _)| *later);
        let first_seen = self.first_seen.as_ref();
        let depends = |later: &u32| first_seen.is_some_and(|it| it.counts(unit, *later));
        let dependents: Vec<u32> = later.filter(depends).collect();
        if let Some(first_seen) = first_seen {
            first_seen.lose(unit);
        }
        for dependent in dependents {
            self.spoil_dependents(open, dependent);
            match open.remove(&dependent) {
                Some(Step::Read(_)) => self.discard(dependent),
                Some(_) => {
                    open.insert(dependent, Step::Spoiled);
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
