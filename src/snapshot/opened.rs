//! The sessions of a plan, opened and at the end confirmed by a thread that may be left behind.

use super::{Sessions, Snapshot};
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
    pub plan: Plan,
    pub sessions: Arc<Sessions>,
    /// Whether the catalogue's connection waits for its server.
    watch: Arc<Watch>,
}

impl Opened {
    /// Begins the plan's sessions, and says what they see.
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
            plan,
            sessions: Arc::new(sessions),
            watch,
        })
    }

    /// Once the last row was read: whether all that was read is what was planned. The sessions, and their pins, end with it.
    pub fn end(self, cancel: &Cancel) -> Result<(Plan, Snapshot)> {
        let Self {
            plan,
            sessions,
            watch,
        } = self;
        let snapshot = sessions.snapshot().clone();
        interruptible(cancel, || watch.check(), move || sessions.confirm())?;
        Ok((plan, snapshot))
    }
}
