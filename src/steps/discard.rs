//! Removes a stage on request.

use crate::Result;
use crate::plan::FrozenPlan;
use crate::stage::StageFolder;
use std::path::Path;

/// Removes the stage of this plan, and nothing else. Refuses to while a process holds a state for it.
pub(crate) fn discard(plan: &FrozenPlan, stage: &Path) -> Result<()> {
    let folder = StageFolder::open(stage, &plan.hash)?;
    folder.check_not_held()?;
    folder.discard()
}
