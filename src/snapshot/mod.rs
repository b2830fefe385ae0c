//! One state of the database: the sessions of a job, begun so that all of them see the tables as they were at one moment,
//! wherever that can be proved.
//!
//! In: the catalogue's connection, on which the plan was made; its pins keep the tables from being altered, and it stays
//! until the last row is read, where a snapshot is wanted. Out: a session for each worker, and what was achieved. This room reads no row.

mod begin;
mod connect;
mod one_state;
mod opened;
mod side_by_side;

pub(crate) use opened::Opened;

use crate::job::SnapshotChoice;
use crate::plan::Plan;
use crate::report::Listener;
use crate::source::{
    Begin, CatalogSession, Database, Extractor, Named, QueryCanceller, Relation, Session, compare,
    farewell,
};
use crate::{Error, ErrorKind, Result};
use begin::{Seen, begin_all, pin_all, seen};
use connect::tell_of_fewer;
use one_state::{Proof, Sharer};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was achieved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Snapshot {
    /// All sessions see one state, as this proves.
    Proved(&'static str),
    /// They may see several, for this reason.
    Unproved(String),
}

impl Snapshot {
    /// What proves that all sessions see one state, or why nothing does.
    pub fn proof(&self) -> Result<&'static str, &str> {
        match self {
            Self::Proved(proof) => Ok(proof),
            Self::Unproved(why) => Err(why),
        }
    }
}

/// The sessions of a job.
pub(crate) struct Sessions {
    database: Arc<dyn Database>,
    extractor: Extractor,
    /// With what each began.
    begin: Begin,
    proof: Proof,
    snapshot: Snapshot,
    /// What follows FROM, in the queries that pin all that is read.
    tables: Vec<String>,
    named: Vec<Named>,
    /// What the queries read, as the plan found it.
    relations: Vec<Relation>,
    ready: Mutex<Vec<Box<dyn Session>>>,
    /// Keeps the pins, and the snapshot that it exported; `None` where there are none.
    catalog: Mutex<Option<CatalogSession>>,
}

impl Sessions {
    /// Connects as many sessions as the plan wants, or as the server lets in.
    pub fn open(
        database: Arc<dyn Database>,
        mut catalog: CatalogSession,
        plan: &Plan,
        choice: SnapshotChoice,
        listener: &dyn Listener,
    ) -> Result<Self> {
        let mut begin = Begin {
            exported: None,
            server: catalog.ask(|it| it.server())?,
            schema: catalog.facts.schema_mark.clone(),
        };
        // Without a snapshot it keeps nothing, and its connection is one that a worker may need.
        let mut catalog = Some(catalog).filter(|_| choice != SnapshotChoice::Off);
        let mut sessions = connect::sessions(database.as_ref(), plan, listener)?;
        let tables = plan.named.iter().flat_map(|named| named.froms.clone());
        let tables: Vec<String> = tables.collect();
        let (proof, snapshot) = match &mut catalog {
            None => {
                let refused = begin_all(&mut sessions, None)?;
                tell_of_fewer(sessions.len(), plan, refused, listener);
                (Proof::Off, Snapshot::Unproved("--snapshot off".to_owned()))
            }
            Some(catalog) => Sharer {
                catalog,
                database: database.as_ref(),
                sessions: &mut sessions,
                begin: &mut begin,
                plan,
                listener,
            }
            .share(choice)?,
        };
        if proof != Proof::Off {
            pin_all(&mut sessions, &tables)?;
        }
        let sessions = Self {
            database,
            extractor: plan.extractor,
            begin,
            proof,
            snapshot,
            tables,
            named: plan.named.clone(),
            relations: plan.relations.clone(),
            ready: Mutex::new(sessions),
            catalog: Mutex::new(catalog),
        };
        sessions.confirm()?;
        Ok(sessions)
    }

    /// Fails where what the queries read is not what it was when the plan was made: a lock keeps a relation as it is, and none
    /// from getting a partition or an heir. To be asked when the sessions have begun, and when the last row was read.
    pub fn confirm(&self) -> Result<()> {
        if self.proof == Proof::Off || self.relations.is_empty() {
            return Ok(());
        }
        let mut catalog = self.catalog();
        let catalog = catalog.as_mut().ok_or_else(left)?;
        let now = match catalog.ask(|it| it.relations(&self.named)) {
            // Its pins are gone, but not those of the sessions.
            Err(error) if matches!(error.kind(), ErrorKind::Lost | ErrorKind::Ended) => {
                catalog.reconnect(self.database.as_ref())?;
                catalog.ask(|it| it.relations(&self.named))
            }
            now => now,
        }?;
        compare(&self.named, &self.relations, &now)
    }

    /// What was achieved.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ready().len()
    }

    /// What wakes each of those that wait for a worker.
    pub fn cancellers(&self) -> Vec<Arc<dyn QueryCanceller>> {
        let ready = self.ready();
        ready.iter().map(|session| session.canceller()).collect()
    }

    /// A session for a worker.
    pub fn take(&self) -> Result<Box<dyn Session>> {
        let session = self.ready().pop();
        session.ok_or_else(|| Error::new(ErrorKind::Bug, "more workers than sessions"))
    }

    /// A session in place of one that was lost. It sees what the lost one saw, or there is none.
    pub fn again(&self) -> Result<Box<dyn Session>> {
        if self.proof == Proof::Begun {
            return Err(left());
        }
        let mut session = self.database.session(self.extractor)?;
        if self.proof == Proof::Off {
            return Ok(session);
        }
        if session.server()? != self.begin.server && self.proof != Proof::Apart {
            return Err(left());
        }
        session.begin(&self.begin)?;
        if let Proof::Witnesses(witnesses) = &self.proof {
            let mut catalog = self.catalog();
            let now = catalog.as_mut().ok_or_else(left)?.ask(|it| it.witness())?;
            // The catalogue stays locked, so that sessions are asked one after the other.
            match seen(std::slice::from_mut(&mut session))? {
                Seen::Alike(seen) if witnesses.are(seen.as_ref(), now.as_ref()) => {}
                _ => return Err(left()),
            }
        }
        session.pin(&self.tables)?;
        Ok(session)
    }

    /// Takes back a session that has read its last unit: what it read stays pinned until the end.
    pub fn rest(&self, session: Box<dyn Session>) {
        self.ready().push(session);
    }

    fn catalog(&self) -> MutexGuard<'_, Option<CatalogSession>> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ready(&self) -> MutexGuard<'_, Vec<Box<dyn Session>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        // Those that no worker has taken, and those that have read all.
        farewell(std::mem::take(&mut *self.ready()));
    }
}

fn left() -> Error {
    let message = "a new connection can't see the snapshot that the others read";
    Error::new(ErrorKind::Ended, message).advise("run the job again")
}
