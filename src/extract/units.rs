//! The work of reading units once each, in whatever order workers get to them.

use super::ReadUnit;
use super::commits::Commits;
use super::done::Done;
use super::query::run_query;
use super::work::{Unread, Work, Worker};
use crate::destination::{Control, Filter, Shape};
use crate::plan::Unit;
use crate::report::Event;
use crate::snapshot::{Held, Sessions};
use crate::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What is to be read, and how.
pub(super) struct Units {
    pub sessions: Arc<Sessions>,
    pub planned: Arc<[Unit]>,
    /// The units that are read, in this order.
    pub ordinals: Vec<u32>,
    /// Where they go, if they aren't kept in memory.
    pub commits: Option<Commits>,
    /// By unit, what its query returns, and which of these columns are the key's.
    pub asked: Vec<(Shape, Vec<usize>)>,
    /// What makes a row a candidate. Each unit has its own key columns.
    pub filter: Filter,
    /// Whether the database also counts each unit's rows.
    pub check_counts: bool,
    /// How often a unit is retried whose connection was lost before its first row.
    pub retries: u32,
    pub control: Arc<Control>,
    pub progress: Progress,
}

/// How far the workers are.
pub(super) struct Progress {
    /// Place among the ordinals of the next unit that no worker has taken.
    next: AtomicU32,
    done: Mutex<Done>,
}

impl Progress {
    pub fn new(units: usize) -> Self {
        Self {
            next: AtomicU32::new(0),
            done: Mutex::new(Done::new(units)),
        }
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Units {
    /// What was read, in unit order. Fails if a unit is missing.
    pub fn finish(&self) -> Result<Vec<ReadUnit>> {
        let done = std::mem::replace(&mut *self.progress.done(), Done::new(0));
        done.all().ok_or_else(|| {
            let message = "internal error: a worker ended without its unit's rows";
            Error::new(ErrorKind::Bug, message)
        })
    }

    fn read(
        &self,
        ordinal: u32,
        (unit, (shape, key)): (&Unit, &(Shape, Vec<usize>)),
        worker: &mut Worker,
    ) -> Result<ReadUnit, Unread> {
        self.control.event(&Event::UnitStarted {
            unit: ordinal as usize,
            table: unit.name.table.clone(),
            part: unit.name.part,
            sql: unit.query.sql.clone(),
            estimated_rows: unit.estimated_rows,
        });
        let filter = Filter {
            key: key.clone(),
            ..self.filter.clone()
        };
        let query = (ordinal, &unit.query);
        let exit = self.commits.as_ref().map(|commits| commits.begin(ordinal));
        let exit = exit.transpose().map_err(Unread::Otherwise)?;
        let begun = Instant::now();
        let kept = (shape, &filter, exit);
        let rows = run_query(query, kept, &self.control, worker);
        // Once the filter has seen its first row, it would take the unit's own rows for duplicates.
        let rows = rows.map_err(|(unread, asked)| match unread {
            Unread::Retryable(error) if asked => Unread::Otherwise(error),
            unread => unread,
        })?;
        if self.check_counts {
            check_count(unit, rows.read, worker).map_err(Unread::Otherwise)?;
        }
        let elapsed = begun.elapsed();
        self.control.event(&Event::UnitFinished {
            unit: ordinal as usize,
            table: unit.name.table.clone(),
            part: unit.name.part,
            rows_read: rows.read,
            candidates: rows.candidates,
        });
        Ok(ReadUnit {
            rows,
            elapsed,
            session: worker.held.number,
        })
    }
}

impl Work for Units {
    fn next(&self, _held: &mut Held) -> Result<Option<u32>> {
        let next = self.progress.next.fetch_add(1, Ordering::Relaxed);
        Ok(self.ordinals.get(next as usize).copied())
    }

    fn attempt(&self, ordinal: u32, worker: &mut Worker) -> Result<(), Unread> {
        let mut units = self.planned.iter().zip(&self.asked);
        let Some(unit) = units.nth(ordinal as usize) else {
            return Ok(());
        };
        let read = self.read(ordinal, unit, worker)?;
        let Some(commits) = &self.commits else {
            self.progress.done().add(ordinal, read);
            return Ok(());
        };
        let committed = commits.add(ordinal, read, &|| self.control.check());
        committed.map_err(|(unit, error)| Unread::Otherwise(self.control.in_table(unit, error)))
    }

    /// Drops the candidates of units that have been read, if units that are still being read have overtaken them.
    fn tend(&self) -> Result<(), (u32, Error)> {
        let proceed = || self.control.check();
        if let Some(commits) = &self.commits {
            return commits.drop_overtaken(&proceed);
        }
        let begun = self.progress.next.load(Ordering::Relaxed);
        let first_seen = self.filter.first_seen.as_deref();
        (self.progress.done()).drop_overtaken(begun, first_seen, &proceed)
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn retries(&self) -> u32 {
        self.retries
    }

    fn control(&self) -> &Control {
        &self.control
    }
}

/// Fails if the database counts another number of rows in the transaction in which they were read.
fn check_count(unit: &Unit, read: u64, worker: &mut Worker) -> Result<()> {
    let counted = worker.held.session.count(&unit.query.count_sql)?;
    if counted == read {
        return Ok(());
    }
    let message = format!("{read} rows were read, but the database counts {counted}");
    Err(Error::new(ErrorKind::Sums, message))
}
