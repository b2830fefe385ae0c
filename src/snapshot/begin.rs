//! What all of a job's sessions do at the same time. The closer together they act, the likelier they see the same state.

use super::accepted::accepted;
use crate::source::{Begin, Named, Session};
use crate::threads::side_by_side;
use crate::{Error, Result};

/// How often each session is asked what it sees.
const ROUNDS: usize = 3;

const PANICKED: &str = "internal error: a session panicked while it began";

/// Begins every session's transaction: the one for all its units, or the one for its first unit if each unit has its own. A
/// pooler might have accepted sessions for which it has no connection: those are dropped, and the reason is returned.
pub(super) fn begin_all(
    sessions: &mut Vec<Box<dyn Session>>,
    begin: Option<&Begin>,
) -> Result<Option<Error>> {
    let act = |mut session: Box<dyn Session>| match begin {
        Some(begin) => session.begin(begin).map(|()| session),
        None => session.begin_unit().map(|()| session),
    };
    let asked = side_by_side(std::mem::take(sessions), act, PANICKED)?;
    let refused;
    (*sessions, refused) = accepted(asked)?;
    Ok(refused)
}

/// What sessions report about the state that they see.
pub(super) enum Seen {
    /// All report the same, each time; `None` if their database reports nothing.
    Alike(Option<String>),
    /// Their reports differ.
    Apart,
}

/// Asks all sessions what they see.
///
/// Between writing and reading it, MariaDB 10.11 keeps the answer to SHOW STATUS in variables of the whole server: if two
/// sessions ask at the same moment, each might get the other's answer (measured: 258 of 107,566 times). So the sessions are
/// asked one after the other, and more than once, since other clients might ask too.
pub(super) fn seen(sessions: &mut [Box<dyn Session>]) -> Result<Seen> {
    let mut all = Vec::with_capacity(sessions.len() * ROUNDS);
    for _ in 0..ROUNDS {
        for session in &mut *sessions {
            all.push(session.witness()?);
        }
    }
    let first = all.first().cloned().flatten();
    Ok(if all.iter().all(|witness| *witness == first) {
        Seen::Alike(first)
    } else {
        Seen::Apart
    })
}

/// Whether all sessions are connected to this server.
pub(super) fn all_on(sessions: &mut [Box<dyn Session>], server: Option<&str>) -> Result<bool> {
    let mut all = true;
    for session in sessions {
        all &= session.server()?.as_deref() == server;
    }
    Ok(all)
}

pub(super) fn pin_all(sessions: &mut [Box<dyn Session>], tables: &[Named]) -> Result<()> {
    each(sessions, |session| session.pin(tables))
}

pub(super) fn end_all(sessions: &mut [Box<dyn Session>]) -> Result<()> {
    each(sessions, |session| session.end())
}

fn each(
    sessions: &mut [Box<dyn Session>],
    act: impl Fn(&mut dyn Session) -> Result<()> + Sync,
) -> Result<()> {
    let act = |session: &mut Box<dyn Session>| act(session.as_mut());
    let ended = side_by_side(sessions, act, PANICKED)?;
    ended.into_iter().collect()
}
