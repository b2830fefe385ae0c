//! Opens a plan's sessions, and confirms them at the end, on threads that can be left behind.

use super::Sessions;
use crate::Result;
use crate::cancel::{Cancel, interruptible};
use crate::job::SnapshotChoice;
use crate::plan::{Plan, Planned};
use crate::report::{Event, Listener};
use crate::source::Database;
use crate::watch::Watch;
use std::sync::Arc;

/// A plan whose sessions have begun.
pub(crate) struct Opened {
    pub plan: Arc<Plan>,
    pub sessions: Arc<Sessions>,
    /// Watches whether the catalog connection waits for its server.
    watch: Arc<Watch>,
}

impl Opened {
    /// Begins the plan's sessions, and reports their snapshot.
    pub fn begin(
        planned: Planned,
        database: &Arc<dyn Database>,
        choice: SnapshotChoice,
        listener: &Arc<dyn Listener>,
        cancel: &Cancel,
    ) -> Result<Self> {
        let Planned {
            plan,
            catalog,
            watch,
        } = planned;
        let work = {
            let (database, listener) = (Arc::clone(database), Arc::clone(listener));
            move || {
                let sessions = Sessions::open(database, catalog, &plan, choice, listener.as_ref())?;
                Ok((plan, sessions))
            }
        };
        let (plan, sessions) = interruptible(cancel, || watch.check(), work)?;
        listener.on_event(&Event::snapshot_taken(sessions.snapshot().proof()));
        Ok(Self {
            plan: Arc::new(plan),
            sessions: Arc::new(sessions),
            watch,
        })
    }

    /// Called after the last row: fails if what was read isn't what was planned. The sessions, and their locks, end here.
    pub fn end(self, cancel: &Cancel) -> Result<()> {
        let Self {
            sessions, watch, ..
        } = self;
        interruptible(cancel, || watch.check(), move || sessions.confirm())
    }
}
