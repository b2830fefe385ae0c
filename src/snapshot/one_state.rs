//! Makes the sessions see one consistent state, and verifies that they do.

use super::begin::{Seen, all_on, begin_all, end_all, seen};
use super::connect::warn_of_fewer;
use super::{HeldState, Snapshot};
use crate::job::SnapshotChoice;
use crate::plan::Plan;
use crate::report::Listener;
use crate::source::{Begin, CatalogSession, Database, Extractor, Session, Sharing};
use crate::{Error, ErrorKind, Result};
use std::thread;
use std::time::Duration;

/// How often the sessions begin, hoping that nobody commits meanwhile.
const ATTEMPTS: u32 = 20;
/// The pause grows by this much with each attempt: even a busy server has gaps of some length.
const PAUSE: Duration = Duration::from_millis(2);

/// Each server has its own state and log, and a lock on one of them doesn't protect another one's tables.
const SEVERAL_SERVERS: &str =
    "the connections reach several servers (name one of them in --source)";

/// How it is verified that the sessions see one state, and what a new session has to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// No transaction is begun.
    Off,
    /// Not verified: each session sees its own state.
    Apart,
    /// All sessions imported the snapshot that one exported.
    Exported,
    /// All sessions show the same witnesses.
    Witnesses(Witnesses),
    /// All sessions began while a lock kept others from committing, or there is only one.
    Begun,
}

/// The positions that identify the state that a session sees, and show that nobody has committed since.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Witnesses {
    session: Option<String>,
    database: Option<String>,
}

impl Witnesses {
    pub fn are(&self, session: Option<&String>, database: Option<&String>) -> bool {
        self.session.as_ref() == session && self.database.as_ref() == database
    }
}

/// Everything that has to agree on a state.
pub(super) struct Sharer<'a> {
    pub catalog: &'a mut CatalogSession,
    pub database: &'a dyn Database,
    pub sessions: &'a mut Vec<Box<dyn Session>>,
    pub begin: &'a mut Begin,
    pub plan: &'a Plan,
    /// A state that another process holds.
    pub held: Option<&'a HeldState>,
    pub listener: &'a dyn Listener,
}

impl Sharer<'_> {
    /// Begins all sessions so that they see one state, if that can be verified.
    pub fn share(&mut self, choice: SnapshotChoice) -> Result<(Proof, Snapshot)> {
        if let Some(why) = unversioned(self.plan) {
            return self.apart(choice, why);
        }
        if !all_on(self.sessions, self.begin.server.as_deref())? {
            return self.apart(choice, SEVERAL_SERVERS.to_owned());
        }
        if let Some(held) = self.held {
            return self.as_held(choice, held);
        }
        match self.catalog.ask(|it| it.sharing())? {
            Sharing::Exported(name) => {
                self.begin.exported = Some(name);
                self.begin_all()?;
                Ok((Proof::Exported, Snapshot::Proved("exported")))
            }
            _ if self.sessions.len() == 1 => {
                self.begin_all()?;
                Ok((Proof::Begun, Snapshot::Proved("single-session")))
            }
            Sharing::Witnessed => match self.agreed()? {
                Some(witnesses) => {
                    let proof = Proof::Witnesses(witnesses);
                    Ok((proof, Snapshot::Proved("witnessed")))
                }
                None => self.locked(choice, "other sessions kept committing"),
            },
            Sharing::Unproved(why) => self.locked(choice, why),
        }
    }

    /// Begins all sessions so that they see a state that another process holds.
    fn as_held(&mut self, choice: SnapshotChoice, held: &HeldState) -> Result<(Proof, Snapshot)> {
        if held.server != self.begin.server {
            let why = "the connections reach another server than firstseen hold did";
            return self.apart(choice, why.to_owned());
        }
        if let Some(exported) = &held.exported {
            self.begin.exported = Some(exported.clone());
            self.begin_all().map_err(|error| {
                error.after("can't import the snapshot that firstseen hold exported")
            })?;
            return Ok((Proof::Exported, Snapshot::Proved("exported")));
        }
        match self.agreed()? {
            Some(witnesses) if witnesses.session.is_some() && witnesses.session == held.witness => {
                let proof = Proof::Witnesses(witnesses);
                Ok((proof, Snapshot::Proved("witnessed")))
            }
            agreed => {
                if agreed.is_some() {
                    end_all(self.sessions)?;
                }
                let why = "other sessions have committed since firstseen hold began";
                self.apart(choice, why.to_owned())
            }
        }
    }

    fn begin_all(&mut self) -> Result<()> {
        let refused = begin_all(self.sessions, Some(self.begin))?;
        warn_of_fewer(self.sessions.len(), self.plan, refused, self.listener);
        Ok(())
    }

    /// Begins all sessions under a lock if the job requires a snapshot. Otherwise each sees its own state.
    fn locked(&mut self, choice: SnapshotChoice, why: &str) -> Result<(Proof, Snapshot)> {
        if choice != SnapshotChoice::Require {
            return self.apart(choice, why.to_owned());
        }
        let lock = self.database.commit_lock()?;
        self.begin_all()?;
        Ok((Proof::Begun, Snapshot::Proved(lock.name)))
    }

    fn apart(&mut self, choice: SnapshotChoice, why: String) -> Result<(Proof, Snapshot)> {
        if choice == SnapshotChoice::Require {
            let message = format!(
                "--snapshot require: can't read all tables from one consistent snapshot: {why}"
            );
            let error = Error::new(ErrorKind::Refused, message);
            return Err(error.advise(
                "use --snapshot auto, which reads without one and says so in the manifest",
            ));
        }
        self.begin_all()?;
        Ok((Proof::Apart, Snapshot::Unproved(why)))
    }

    /// Begins all sessions again and again until they see the same state. Gives up after enough attempts, with no session
    /// begun.
    fn agreed(&mut self) -> Result<Option<Witnesses>> {
        for attempt in 0..ATTEMPTS {
            let before = self.catalog.ask(|it| it.witness())?;
            self.begin_all()?;
            let database = self.catalog.ask(|it| it.witness())?;
            if database == before
                && let Seen::Alike(session) = seen(self.sessions)?
                && (session.is_some() || database.is_some())
            {
                return Ok(Some(Witnesses { session, database }));
            }
            end_all(self.sessions)?;
            thread::sleep(PAUSE * attempt);
        }
        Ok(None)
    }
}

/// Why a transaction can't see one consistent state of all tables.
fn unversioned(plan: &Plan) -> Option<String> {
    if plan.extractor == Extractor::ConnectorX {
        let why = "ConnectorX's own source reads each table separately";
        return Some(why.to_owned());
    }
    let reason = |table: &crate::plan::PlannedTable| {
        let why = table.unversioned.as_ref()?;
        Some(format!("table {}: {why}", table.name))
    };
    plan.tables.iter().find_map(reason)
}
