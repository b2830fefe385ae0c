//! The order in which the units of a stage are committed.

use super::ReadUnit;
use crate::Result;
use crate::destination::Outlet;
use crate::distinct::FirstSeen;
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
    most_waiting: usize,
    open: Mutex<Open>,
}

/// By unit, those that were begun and aren't committed.
type Open = BTreeMap<u32, Step>;

enum Step {
    Reading,
    /// A row of it was dropped for a unit that isn't kept.
    Spoiled,
    /// It waits for others.
    Read(ReadUnit),
    Committing,
}

impl Commits {
    /// Once so many units wait, those that are begun depend on none of the open ones: a process that dies loses little more than
    /// what it was reading.
    pub fn new(
        stages: Arc<dyn Stages>,
        first_seen: Option<Arc<FirstSeen>>,
        most_waiting: usize,
    ) -> Self {
        Self {
            stages,
            first_seen,
            most_waiting,
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A unit is begun. Returns where its candidates go. Units must be taken in ascending order.
    pub fn begin(&self, unit: u32) -> Result<Box<dyn Outlet>> {
        {
            let mut open = self.open();
            open.insert(unit, Step::Reading);
            if let Some(first_seen) = &self.first_seen {
                first_seen.begin(unit);
            }
        }
        self.stages.outlet(unit)
    }

    /// A unit was read. Commits it, and those that waited for it; or lets it wait for others.
    pub fn add(&self, unit: u32, read: ReadUnit) -> Result<()> {
        {
            let mut open = self.open();
            if matches!(open.get(&unit), Some(Step::Spoiled)) {
                open.remove(&unit);
                self.stages.discard(unit);
                return Ok(());
            }
            open.insert(unit, Step::Read(read));
            self.limit_waiting(&open);
        }
        while let Some((unit, read)) = self.take_ready() {
            let kept = self.stages.commit(unit, &read)?;
            let mut open = self.open();
            match (kept, &self.first_seen) {
                (Kept::AsRead, Some(first_seen)) => first_seen.settle(unit),
                (Kept::Other, Some(_)) => self.spoil_dependents(&mut open, unit),
                (_, None) => {}
            }
            open.remove(&unit);
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

    /// The units that were read, with whether each waits for others.
    fn read<'a>(&'a self, open: &'a Open) -> impl Iterator<Item = (u32, bool)> + 'a {
        let read = open
            .iter()
            .filter(|(_, step)| matches!(step, Step::Read(_)));
        read.map(|(unit, _)| (*unit, self.awaited(open, *unit).next().is_some()))
    }

    fn limit_waiting(&self, open: &Open) {
        let waiting = self.read(open).filter(|(_, waits)| *waits).count();
        if let Some(first_seen) = &self.first_seen
            && waiting >= self.most_waiting
        {
            for unit in open.keys() {
                first_seen.close(*unit);
            }
        }
    }

    /// A unit that was read and waits for no other.
    fn take_ready(&self) -> Option<(u32, ReadUnit)> {
        let mut open = self.open();
        let ready = self.read(&open).find(|(_, waits)| !waits);
        let (unit, _) = ready?;
        match open.insert(unit, Step::Committing) {
            Some(Step::Read(read)) => Some((unit, read)),
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
                Some(Step::Read(_)) => self.stages.discard(dependent),
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
