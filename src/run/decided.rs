//! Which rows survive, and the counts: everything known about a result before it is written.

use super::counts::{self, TableCounts};
use super::record::{self, Clock};
use super::{nulled, refusals};
use crate::Result;
use crate::batch::{BatchFile, Rows};
use crate::cancel::{Cancel, interruptible};
use crate::distinct::{Survivors, survivors};
use crate::extract::Read;
use crate::job::Job;
use crate::plan::Plan;
use crate::publish::Manifest;
use crate::report::Listener;
use crate::snapshot::Snapshot;
use arrow::array::RecordBatch;
use std::sync::Arc;

/// A job's result before it is written: the candidates, and which of them survive.
pub(super) struct Decided {
    pub plan: Plan,
    snapshot: Snapshot,
    batches: Arc<Vec<RecordBatch>>,
    survivors: Survivors,
    tables: Vec<TableCounts>,
    /// By column of the plan, how many invalid dates are written as NULL.
    nulled: Vec<u64>,
}

impl Decided {
    /// Finds the survivors, fails if one of them has a value that doesn't fit its column, and reports the counts.
    pub fn of(read: Read, listener: &dyn Listener, cancel: &Cancel) -> Result<Self> {
        let Read {
            plan,
            snapshot,
            batches,
            units,
        } = read;
        let survivors = find_survivors(&batches, &plan, cancel)?;
        refusals::refuse(&units, &survivors, &plan)?;
        let tables = counts::by_table(&plan, &units, &survivors)?;
        counts::announce(&plan, &tables, listener);
        let nulled = nulled::count(&units, &survivors, &plan);
        nulled::announce(&plan, &nulled, listener);
        Ok(Self {
            plan,
            snapshot,
            batches,
            survivors,
            tables,
            nulled,
        })
    }

    /// The rows to write.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            schema: self.plan.schema(),
            batches: &self.batches,
            survivors: &self.survivors.places,
        }
    }

    /// The manifest of the run that wrote these files.
    pub fn manifest(&self, job: &Job, files: Vec<BatchFile>, clock: &Clock) -> Manifest {
        let (plan, snapshot) = (&self.plan, &self.snapshot);
        record::manifest(
            job,
            (plan, snapshot),
            (&self.tables, &self.nulled),
            files,
            clock,
        )
    }
}

fn find_survivors(
    batches: &Arc<Vec<RecordBatch>>,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<Survivors> {
    let (batches, key) = (Arc::clone(batches), plan.key.clone());
    interruptible(cancel, || Ok(()), move || survivors(&batches, &key))
}
