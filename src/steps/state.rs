//! The state of the database that a step's sessions see, and how other processes know it.

use super::Step;
use crate::Result;
use crate::job::SnapshotChoice;
use crate::plan::Planned;
use crate::publish::NO_SNAPSHOT;
use crate::report::Listener;
use crate::run::run_id;
use crate::snapshot::{HeldState, Opened};
use crate::source::Database;
use crate::stage::{StageFolder, State};
use std::sync::Arc;

/// A state that belongs to no other process's.
const OF_ITS_OWN: &str = "own";

/// Sessions that have begun, and the state that they see.
pub(super) struct InState {
    pub opened: Opened,
    /// Held by another process, if the sessions see that one.
    pub held: Option<State>,
    /// How it was verified that the sessions see one consistent snapshot, or `none`.
    pub snapshot: String,
    /// What units that were read from the same state have in common.
    pub name: String,
}

impl InState {
    /// Plans the job again, and fails if anything differs from the frozen plan. Then begins its sessions, at most so many, in the
    /// state that another process holds, if there is one.
    pub fn begin(
        step: &Step<'_>,
        (database, listener): (&Arc<dyn Database>, &Arc<dyn Listener>),
        held: Option<State>,
        most_workers: usize,
    ) -> Result<Self> {
        let Step {
            plan, job, cancel, ..
        } = step;
        let pins = job.snapshot != SnapshotChoice::Off;
        let is_exported = held.as_ref().is_some_and(|held| held.exported.is_some());
        let fixed = plan.plan.fixed(is_exported && pins);
        let mut planned = Planned::make(job, database, (pins, Some(fixed)), cancel)?;
        plan.plan.check(&planned.plan)?;
        planned.plan.workers = planned.plan.workers.min(most_workers).max(1);
        planned.plan.announce(listener.as_ref());
        let state = held.as_ref().map(|held| HeldState {
            exported: held.exported.clone(),
            witness: held.witness.clone(),
            server: held.server.clone(),
        });
        let opened = Opened::begin(planned, database, (job.snapshot, state), listener, cancel)?;
        let proof = opened.sessions.snapshot().proof();
        let held = held.filter(|_| proof.is_ok());
        let name = match &held {
            Some(held) => held.id.clone(),
            None => format!("{OF_ITS_OWN}-{}", run_id()),
        };
        Ok(Self {
            snapshot: proof.unwrap_or(NO_SNAPSHOT).to_owned(),
            held,
            name,
            opened,
        })
    }

    /// Fails if what the sessions read is no longer what was planned, or if their state is no longer held.
    pub fn confirm(&self, step_cancel: &crate::cancel::Cancel, stage: &StageFolder) -> Result<()> {
        if let Some(held) = &self.held {
            stage.check_held(held)?;
        }
        self.opened
            .ask(step_cancel, crate::snapshot::Sessions::confirm)
    }
}
