//! The steps of a job that outgrows one process: each reads its plan from one file, and hands on its results through a stage.
//!
//! ```text
//! freeze ─▶ plan.json
//!    │ hold     keeps one state of the database while others read                   (if the database has such a thing)
//!    │ stage    reads units, any number of processes side by side ─▶ parts
//!    │          an engine computes the keep-list from the parts                     (the Python package)
//!    │ finish   writes the batch files of shards, any number of processes ─▶ batch files
//!    ▼ publish  checks that everything adds up ─▶ batches/, batches.manifest.json
//! ```
//!
//! Whatever process dies, its step can be run again: what is complete is kept. In: a frozen plan and a stage. Out: more of the
//! stage, or a publication. This module connects the rooms that do the work, as `run` does for a job in one process.

mod discard;
mod fetched;
mod finish;
mod freeze;
mod hold;
mod job;
mod piece;
mod publish;
mod select;
mod shard;
mod stage;
mod staged_rows;
mod state;

pub(crate) use discard::discard;
pub(crate) use finish::{Finished, finish};
pub(crate) use freeze::freeze;
pub(crate) use hold::hold;
pub(crate) use job::StepOptions;
pub(crate) use publish::publish;
pub(crate) use select::Selection;
pub(crate) use stage::{Staged, stage};

use crate::cancel::Cancel;
use crate::job::{BatchOutput, Job, Output};
use crate::plan::FrozenPlan;
use crate::report::Listener;
use crate::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::Arc;

/// What every step needs.
pub(crate) struct Step<'a> {
    pub plan: &'a FrozenPlan,
    /// The plan's job, with this process's login.
    pub job: &'a Job,
    /// The stage's folder.
    pub stage: &'a Path,
    pub listener: &'a Arc<dyn Listener>,
    pub cancel: &'a Cancel,
}

impl Step<'_> {
    /// How the batch files are written, and where they are published.
    pub fn output(&self) -> Result<&BatchOutput> {
        match &self.job.output {
            Output::Batches(output) => Ok(output),
            Output::Count => {
                let message = "internal error: a plan without output";
                Err(Error::new(ErrorKind::Bug, message))
            }
        }
    }
}
