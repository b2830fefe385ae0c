//! Makes a job's plan, and freezes it for the steps that follow.

use crate::Result;
use crate::cancel::Cancel;
use crate::job::{Job, JobOptions};
use crate::plan::{Frozen, FrozenPlan, PlanDocument, Sizes};
use crate::report::Listener;
use crate::run::planned;

/// Plans the job, which has these options. Reads no rows except those that the bounds of parts are drawn from.
pub(crate) fn freeze(
    (job, options): (&Job, &JobOptions),
    sizes: Sizes,
    listener: &dyn Listener,
    cancel: &Cancel,
) -> Result<(PlanDocument, FrozenPlan)> {
    let (document, plan) = planned(job, listener, cancel)?;
    let frozen = FrozenPlan::new(Frozen::new(job, options, &plan, sizes)?)?;
    Ok((document, frozen))
}
