//! Opens a plan's sessions, and confirms them at the end, on threads that can be left behind.

use super::{HeldState, Sessions};
use crate::Result;
use crate::cancel::{Cancel, interruptible};
use crate::job::SnapshotChoice;
use crate::plan::{Plan, Planned};
use crate::report::{Event, Listener};
use crate::source::Database;
use crate::watch::Watch;
use std::sync::Arc;

/// A plan whose sessions have begun.
#[derive(Clone)]
pub(crate) struct Opened {
    pub plan: Arc<Plan>,
    pub sessions: Arc<Sessions>,
    /// Watches whether the catalog connection waits for its server.
    watch: Arc<Watch>,
}

impl Opened {
    /// Begins the plan's sessions, and reports their snapshot: that of a state that another process holds, if one does.
    pub fn begin(
        planned: Planned,
        database: &Arc<dyn Database>,
        (choice, held): (SnapshotChoice, Option<HeldState>),
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
                let choice = (choice, held.as_ref());
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

    /// Does something with the sessions on a thread that can be left behind.
    pub fn ask<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        question: impl FnOnce(&Sessions) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let sessions = Arc::clone(&self.sessions);
        interruptible(cancel, || self.watch.check(), move || question(&sessions))
    }

    /// Called after the last row: fails if what was read isn't what was planned. The sessions, and their locks, end here.
    pub fn end(self, cancel: &Cancel) -> Result<()> {
        let Self {
            sessions, watch, ..
        } = self;
        interruptible(cancel, || watch.check(), move || sessions.confirm())
    }
}
