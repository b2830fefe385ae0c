//! The job of a frozen plan, in a process with a login of its own.

use crate::Result;
use crate::job::{Job, JobOptions};
use crate::plan::FrozenPlan;
use crate::secret::Secret;
use std::path::{Path, PathBuf};

/// What a process may choose for itself.
#[derive(Default)]
pub(crate) struct StepOptions {
    pub password_file: Option<PathBuf>,
    pub defaults_file: Option<PathBuf>,
    pub password: Option<Secret>,
    pub workers: Option<u64>,
    /// Another output folder than the plan's.
    pub out: Option<PathBuf>,
    pub force: bool,
}

impl StepOptions {
    /// The job of a plan.
    pub fn job(self, plan: &FrozenPlan, current_dir: &Path) -> Result<Job> {
        let own = JobOptions {
            password_file: self.password_file,
            defaults_file: self.defaults_file,
            password: self.password,
            workers: self.workers,
            out: self.out,
            force: Some(self.force),
            ..JobOptions::default()
        };
        Job::new(
            own.over(JobOptions::of_frozen(&plan.plan.job)?),
            current_dir,
        )
    }
}
