//! What all sessions of a job do at the same time: the closer together, the likelier they see one state.

use crate::source::{Begin, Session};
use crate::{Error, ErrorKind, Result};
use std::thread;

/// Begins every session's transaction. What tells the state that each sees.
pub(super) fn begin_all(
    sessions: &mut [Box<dyn Session>],
    begin: &Begin,
) -> Result<Vec<Option<String>>> {
    each(sessions, |session| session.begin(begin))
}

pub(super) fn pin_all(sessions: &mut [Box<dyn Session>], tables: &[String]) -> Result<()> {
    each(sessions, |session| session.pin(tables)).map(drop)
}

pub(super) fn end_all(sessions: &mut [Box<dyn Session>]) -> Result<()> {
    each(sessions, |session| session.end()).map(drop)
}

fn each<T: Send>(
    sessions: &mut [Box<dyn Session>],
    act: impl Fn(&mut Box<dyn Session>) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let act = &act;
    thread::scope(|scope| {
        let mut acting = Vec::with_capacity(sessions.len());
        for session in sessions {
            let spawned = thread::Builder::new().spawn_scoped(scope, move || act(session));
            acting.push(spawned.map_err(Error::no_thread)?);
        }
        acting.into_iter().map(joined).collect()
    })
}

fn joined<T>(acting: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    let panicked = |_| Error::new(ErrorKind::Bug, "a session gave up while it began");
    acting.join().map_err(panicked)?
}
