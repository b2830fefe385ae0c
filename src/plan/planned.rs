//! Makes the plan, on a connection that can be left behind.

use super::{FixedTable, Plan, PlannedTable, Reads, plan};
use crate::Result;
use crate::cancel::{Cancel, interruptible};
use crate::job::Job;
use crate::report::{Event, Listener};
use crate::secret::struck;
use crate::source::{CatalogSession, Database, QueryCanceller, farewell};
use crate::watch::Watch;
use std::sync::{Arc, OnceLock};

/// A plan, the connection on which it was made, and the watch that knows whether the connection waits for its server.
pub(crate) struct Planned {
    pub plan: Plan,
    pub catalog: CatalogSession,
    pub watch: Arc<Watch>,
}

/// When dropped, cancels a query that nobody waits for any more.
struct Farewell(Arc<dyn QueryCanceller>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.cancel_query();
    }
}

impl Planned {
    /// Connects and makes the plan. With `pins`, locks keep the tables from being altered while the connection is open. What is
    /// `fixed` is not decided again.
    pub fn make(
        job: &Job,
        database: &Arc<dyn Database>,
        (pins, fixed): (bool, Option<Vec<FixedTable>>),
        cancel: &Cancel,
    ) -> Result<Self> {
        let watch = Arc::new(Watch::new(job.waits.silence(&job.source)));
        let left_behind = Arc::new(OnceLock::new());
        let work = {
            let (job, database) = (job.clone(), Arc::clone(database));
            let (watch, asking) = (Arc::clone(&watch), Arc::clone(&left_behind));
            move || {
                let mut catalog = CatalogSession::connect(database.as_ref(), pins, watch)?;
                if let Some(canceller) = &catalog.facts.canceller {
                    let _ = asking.set(Arc::clone(canceller));
                }
                let plan = plan(&job, &mut catalog, fixed.as_deref())?;
                Ok((plan, catalog))
            }
        };
        let planned = interruptible(cancel, || watch.check(), work);
        let is_left = cancel.is_interrupted() || watch.check().is_err();
        if let (true, Some(canceller)) = (is_left, left_behind.get()) {
            farewell(Farewell(Arc::clone(canceller)));
        }
        let (mut plan, catalog) = planned?;
        let secrets = database.secrets();
        for warning in &mut plan.warnings {
            *warning = struck(warning, &secrets);
        }
        Ok(Self {
            plan,
            catalog,
            watch,
        })
    }
}

impl Plan {
    /// Reports the plan's warnings.
    pub fn warn(&self, listener: &dyn Listener) {
        for message in &self.warnings {
            listener.on_event(&Event::Warning {
                message: message.clone(),
            });
        }
    }

    /// Reports the plan's warnings, and what will be read.
    pub fn announce(&self, listener: &dyn Listener) {
        self.warn(listener);
        listener.on_event(&Event::Planned {
            units: self.units.len(),
            workers: self.workers,
            estimated_rows: self.estimated_rows(),
        });
        if self.tables.iter().any(|table| table.reads.keys_first) {
            self.announce_reads(listener);
        }
    }

    fn announce_reads(&self, listener: &dyn Listener) {
        let mut ways: Vec<(&Reads, Vec<String>)> = Vec::new();
        for PlannedTable { name, reads, .. } in &self.tables {
            match ways.iter_mut().find(|(way, _)| *way == reads) {
                Some((_, tables)) => tables.push(name.clone()),
                None => ways.push((reads, vec![name.clone()])),
            }
        }
        for (reads, tables) in ways {
            listener.on_event(&Event::ReadChosen {
                tables,
                read: reads.name().to_owned(),
                why: reads.why.clone(),
            });
        }
    }
}
