//! Which rows survive, and the counts: everything known about a result before it is written.

use super::counts::{self, TableCounts};
use super::record::{self, Clock};
use super::{nulled, refusals};
use crate::batch::BatchFile;
use crate::cancel::{Cancel, interruptible};
use crate::distinct::{Survivors, survivors};
use crate::extract::{Read, ReadUnit};
use crate::fetch::{Candidates, HowFetched, Wanted};
use crate::job::Job;
use crate::plan::Plan;
use crate::publish::Manifest;
use crate::report::Listener;
use crate::snapshot::{Opened, Snapshot};
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// A job's result before it is written: the candidates, and which of them survive.
pub(super) struct Decided {
    pub plan: Arc<Plan>,
    snapshot: Snapshot,
    units: Vec<ReadUnit>,
    pub survivors: Arc<Vec<u32>>,
    tables: Vec<TableCounts>,
    /// By column of the plan, how many invalid dates are written as NULL, as far as the rows were read.
    nulled: Vec<u64>,
    /// The sessions, if rows are still to be fetched.
    opened: Option<Opened>,
}

impl Decided {
    /// Finds the survivors, fails if one of them has a value that doesn't fit its column, and reports the counts.
    pub fn of(read: Read, listener: &dyn Listener, cancel: &Cancel) -> Result<Self> {
        let Read {
            plan,
            snapshot,
            units,
            opened,
        } = read;
        let survivors = find_survivors(&plan, &units, cancel)?;
        refusals::refuse(&units, &survivors, &plan)?;
        let tables = counts::by_table(&plan, &units, &survivors)?;
        counts::announce(&plan, &tables, listener);
        Ok(Self {
            nulled: nulled::count(&units, &survivors, &plan),
            plan,
            snapshot,
            units,
            survivors: Arc::new(survivors.places),
            tables,
            opened,
        })
    }

    /// All candidates, in the order of the result.
    pub fn batches(&self) -> Vec<RecordBatch> {
        let units = self.units.iter();
        units.flat_map(|unit| unit.rows.batches.clone()).collect()
    }

    /// The sessions, and what is to be fetched with them.
    pub fn take_wanted(&mut self, batch_rows: NonZeroUsize) -> Option<(Opened, Wanted)> {
        let opened = self.opened.take()?;
        let units = self.units.iter_mut().zip(self.plan.units.iter());
        let mut first = 0;
        let candidates = units.map(|(read, unit)| {
            let batches = std::mem::take(&mut read.rows.batches);
            let (fetch, key) = (unit.fetch.clone(), self.plan.key.len());
            let candidates =
                Candidates::new(batches, first, fetch, key, (read.session, read.rows.read));
            first = candidates.end();
            candidates
        });
        let wanted = Wanted {
            candidates: candidates.collect(),
            plan: Arc::clone(&self.plan),
            survivors: Arc::clone(&self.survivors),
            batch_rows,
        };
        Some((opened, wanted))
    }

    /// Adds how rows were fetched, and their invalid dates that are written as NULL.
    pub fn add_fetched(&mut self, fetched: &HowFetched) {
        for (table, ways) in self.tables.iter_mut().zip(&fetched.ways) {
            (table.located, table.scanned) = (ways.located, ways.scanned);
        }
        for (nulled, more) in self.nulled.iter_mut().zip(&fetched.nulled) {
            *nulled += more;
        }
    }

    /// Reports the invalid dates that are written as NULL, once all rows are known.
    pub fn announce_nulled(&self, listener: &dyn Listener) {
        nulled::announce(&self.plan, &self.nulled, listener);
    }

    /// The manifest of the run that wrote these files.
    pub fn manifest(&self, job: &Job, files: Vec<BatchFile>, clock: &Clock) -> Manifest {
        let (plan, snapshot) = (&*self.plan, &self.snapshot);
        record::manifest(
            job,
            (plan, snapshot),
            (&self.tables, &self.nulled),
            files,
            clock,
        )
    }
}

/// Finds the survivors among the candidates' keys, which are the first columns where nothing else was read.
fn find_survivors(plan: &Plan, units: &[ReadUnit], cancel: &Cancel) -> Result<Survivors> {
    let first: Vec<usize> = (0..plan.key.len()).collect();
    let mut keys = Vec::new();
    for (read, unit) in units.iter().zip(plan.units.iter()) {
        let key = if unit.fetch.is_some() {
            &first
        } else {
            &plan.key
        };
        for batch in &read.rows.batches {
            keys.push(batch.project(key).map_err(|cause| {
                let message = "internal error: the candidates don't have a key column";
                Error::new(ErrorKind::Bug, message).because(cause)
            })?);
        }
    }
    interruptible(cancel, || Ok(()), move || survivors(&keys, &first))
}
