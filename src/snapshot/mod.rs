//! The snapshot: begins a job's sessions so that all of them see one consistent state of all tables, if that can be verified.
//!
//! In: the catalog connection, on which the plan was made. Its locks keep the tables from being altered, and it stays open
//! until the last row is read if a snapshot is wanted. Out: a session for each worker, and whether they share a snapshot.
//! This module reads no rows.

mod accepted;
mod begin;
mod connect;
mod one_state;
mod opened;

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
use connect::warn_of_fewer;
use one_state::{Proof, Sharer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether the sessions share a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Snapshot {
    /// All sessions see one consistent state, verified in this way.
    Proved(&'static str),
    /// The sessions might see different states, for this reason.
    Unproved(String),
}

impl Snapshot {
    /// How the snapshot was verified, or why there is none.
    pub fn proof(&self) -> Result<&'static str, &str> {
        match self {
            Self::Proved(proof) => Ok(proof),
            Self::Unproved(why) => Err(why),
        }
    }
}

/// A state of the database that another process holds, and that this one's sessions have to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeldState {
    /// The snapshot to import.
    pub exported: Option<String>,
    /// What a session that sees the state reports.
    pub witness: Option<String>,
    /// The server, if a name or a proxy can lead to several.
    pub server: Option<String>,
}

/// A session, and its number among the job's.
pub(crate) struct Held {
    pub number: usize,
    pub session: Box<dyn Session>,
}

/// A job's sessions.
pub(crate) struct Sessions {
    database: Arc<dyn Database>,
    extractor: Extractor,
    /// How each session began.
    begin: Begin,
    proof: Proof,
    snapshot: Snapshot,
    named: Vec<Named>,
    /// What the queries read, as the plan found it.
    relations: Vec<Relation>,
    ready: Mutex<Vec<Held>>,
    /// The next session's number.
    next: AtomicUsize,
    /// Holds the locks, and the snapshot that it exported; `None` if there are none.
    catalog: Mutex<Option<CatalogSession>>,
}

impl Sessions {
    /// Connects as many sessions as the plan has workers, or as the server accepts. If another process holds a state, they see
    /// that one, if that can be verified.
    pub fn open(
        database: Arc<dyn Database>,
        mut catalog: CatalogSession,
        plan: &Plan,
        (choice, held): (SnapshotChoice, Option<&HeldState>),
        listener: &dyn Listener,
    ) -> Result<Self> {
        let mut begin = Begin {
            exported: None,
            server: catalog.ask(|it| it.server())?,
            schema: catalog.facts.schema_mark.clone(),
        };
        // Without a snapshot it holds nothing, and a worker might need its connection.
        let mut catalog = Some(catalog).filter(|_| choice != SnapshotChoice::Off);
        let mut sessions = connect::sessions(database.as_ref(), plan, listener)?;
        let (proof, snapshot) = match &mut catalog {
            None => {
                let refused = begin_all(&mut sessions, None)?;
                warn_of_fewer(sessions.len(), plan, refused, listener);
                (Proof::Off, Snapshot::Unproved("--snapshot off".to_owned()))
            }
            Some(catalog) => Sharer {
                catalog,
                database: database.as_ref(),
                sessions: &mut sessions,
                begin: &mut begin,
                plan,
                held,
                listener,
            }
            .share(choice)?,
        };
        if proof != Proof::Off {
            pin_all(&mut sessions, &plan.named)?;
        }
        let ready = sessions.into_iter().enumerate();
        let ready = ready.map(|(number, session)| Held { number, session });
        let ready: Vec<Held> = ready.collect();
        let sessions = Self {
            next: AtomicUsize::new(ready.len()),
            database,
            extractor: plan.extractor,
            begin,
            proof,
            snapshot,
            named: plan.named.clone(),
            relations: plan.relations.clone(),
            ready: Mutex::new(ready),
            catalog: Mutex::new(catalog),
        };
        sessions.confirm()?;
        Ok(sessions)
    }

    /// Fails if the queries no longer read what they read when the plan was made: a lock keeps a relation from being altered,
    /// but not from getting a new partition or child table. Called when the sessions have begun, and after the last row.
    pub fn confirm(&self) -> Result<()> {
        if self.proof == Proof::Off || self.relations.is_empty() {
            return Ok(());
        }
        let mut catalog = self.catalog();
        let catalog = catalog.as_mut().ok_or_else(left)?;
        let now = match catalog.ask(|it| it.relations(&self.named)) {
            // Its locks are gone, but the sessions still hold theirs.
            Err(error) if matches!(error.kind(), ErrorKind::Lost | ErrorKind::Ended) => {
                catalog.reconnect(self.database.as_ref())?;
                catalog.ask(|it| it.relations(&self.named))
            }
            now => now,
        }?;
        compare(&self.named, &self.relations, &now)
    }

    /// The state that the sessions see, as far as another process can see it too: asks one of them.
    pub fn held_state(&self) -> Result<HeldState> {
        let mut ready = self.ready();
        let witness = match ready.first_mut() {
            Some(held) => held.session.witness()?,
            None => None,
        };
        Ok(HeldState {
            exported: self.begin.exported.clone(),
            witness,
            server: self.begin.server.clone(),
        })
    }

    /// Fails if the connection is lost that holds the locks, and the snapshot that it exported.
    pub fn check_alive(&self) -> Result<()> {
        match self.catalog().as_mut() {
            Some(catalog) => catalog.ask(|it| it.rows("SELECT 1")).map(drop),
            None => Ok(()),
        }
    }

    /// Whether the sessions share a snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How many sessions there are.
    pub fn count(&self) -> usize {
        self.ready().len()
    }

    /// The cancellers of the sessions that wait for a worker.
    pub fn cancellers(&self) -> Vec<Arc<dyn QueryCanceller>> {
        let ready = self.ready();
        ready.iter().map(|held| held.session.canceller()).collect()
    }

    /// A session for a worker.
    pub fn take(&self) -> Option<Held> {
        self.ready().pop()
    }

    /// The session of this number, if no worker has it.
    pub fn take_number(&self, number: usize) -> Option<Held> {
        let mut ready = self.ready();
        let found = ready.iter().position(|held| held.number == number)?;
        Some(ready.swap_remove(found))
    }

    /// A session that replaces a lost one. Fails if it can't see the snapshot that the lost one saw.
    pub fn again(&self) -> Result<Held> {
        Ok(Held {
            session: self.another()?,
            number: self.next.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// As [`Sessions::again`]. Fails also if each session sees a state of its own.
    pub fn again_in_state(&self) -> Result<Held> {
        if !self.is_one_state() {
            return Err(left());
        }
        self.again()
    }

    /// Whether all sessions, and those that replace them, see the same state.
    pub fn is_one_state(&self) -> bool {
        !matches!(self.proof, Proof::Off | Proof::Apart)
    }

    fn another(&self) -> Result<Box<dyn Session>> {
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
            // The catalog stays locked, so that sessions are asked one after the other.
            match seen(std::slice::from_mut(&mut session))? {
                Seen::Alike(seen) if witnesses.are(seen.as_ref(), now.as_ref()) => {}
                _ => return Err(left()),
            }
        }
        session.pin(&self.named)?;
        Ok(session)
    }

    /// Takes back a session that has read its last unit: it holds its locks until the end.
    pub fn rest(&self, held: Held) {
        self.ready().push(held);
    }

    fn catalog(&self) -> MutexGuard<'_, Option<CatalogSession>> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ready(&self) -> MutexGuard<'_, Vec<Held>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        // The sessions that no worker has taken, and those that have read their last unit.
        let ready = std::mem::take(&mut *self.ready());
        farewell(
            ready
                .into_iter()
                .map(|held| held.session)
                .collect::<Vec<_>>(),
        );
    }
}

fn left() -> Error {
    let message = "a new connection can't see the snapshot that the other connections read";
    Error::new(ErrorKind::Ended, message).advise("run the job again")
}
