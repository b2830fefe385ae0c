//! Makes a job's plan, and freezes it for the steps that follow.

use crate::Result;
use crate::cancel::Cancel;
use crate::job::{Job, JobOptions};
use crate::plan::{Frozen, FrozenPlan, PlanDocument, Planned, Sizes};
use crate::report::Listener;
use crate::source::database;

/// Plans the job, which has these options. Reads no rows except those that the bounds of parts are drawn from.
pub(crate) fn freeze(
    (job, options): (&Job, &JobOptions),
    sizes: Sizes,
    listener: &dyn Listener,
    cancel: &Cancel,
) -> Result<(PlanDocument, FrozenPlan)> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let planned = Planned::make(job, &database, (false, None), cancel);
    let planned = planned.map_err(|error| error.without(&database.secrets()))?;
    planned.plan.warn(listener);
    let frozen = FrozenPlan::new(Frozen::new(job, options, &planned.plan, sizes)?)?;
    let document = PlanDocument::new(job, &planned.plan, planned.catalog.dialect);
    Ok((document, frozen))
}
