//! Everything that a job reads, for the stages that follow.

use super::{Extraction, ReadUnit, extract};
use crate::cancel::Cancel;
use crate::destination::{Control, Filter};
use crate::distinct::FirstSeen;
use crate::job::Job;
use crate::plan::Plan;
use crate::report::Listener;
use crate::snapshot::{Opened, Snapshot};
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use std::sync::Arc;

/// What was read of every unit.
pub(crate) struct Read {
    pub plan: Plan,
    pub snapshot: Snapshot,
    /// All candidates in the order of the result.
    pub batches: Arc<Vec<RecordBatch>>,
    /// Each unit's counts, in unit order.
    pub units: Vec<ReadUnit>,
}

/// Reads every unit, and confirms that what was read is what was planned.
pub(crate) fn read(
    job: &Job,
    opened: Opened,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Read> {
    let mut units = extract(extraction(job, &opened, listener, cancel)?)?;
    let (plan, snapshot) = opened.end(cancel)?;
    let batches = units
        .iter_mut()
        .flat_map(|unit| std::mem::take(&mut unit.rows.batches))
        .collect();
    Ok(Read {
        plan,
        snapshot,
        batches: Arc::new(batches),
        units,
    })
}

fn extraction(
    job: &Job,
    opened: &Opened,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Extraction> {
    let plan = &opened.plan;
    let names = plan.units.iter().map(|unit| unit.name.clone()).collect();
    let first_seen = if job.exact {
        None
    } else {
        Some(Arc::new(FirstSeen::new(random_seed()?)))
    };
    let silence = job.waits.silence(&job.source);
    let control = Control::new(cancel.clone(), names, silence, Arc::clone(listener));
    Ok(Extraction {
        sessions: Arc::clone(&opened.sessions),
        units: Arc::clone(&plan.units),
        schema: plan.schema(),
        filter: Filter {
            key: plan.key.clone(),
            null_keys: job.null_keys,
            invalid_dates: job.invalid_dates,
            first_seen,
        },
        check_counts: job.check_counts,
        retries: job.waits.retries(&job.source),
        control: Arc::new(control),
    })
}

fn random_seed() -> Result<u64> {
    getrandom::u64().map_err(|cause| {
        Error::new(ErrorKind::Bug, "the system returned no random number")
            .because(cause.to_string())
    })
}
