//! What all sessions of a job do at the same time: the closer together, the likelier they see one state.

use super::side_by_side::{let_in, side_by_side};
use crate::source::{Begin, Session};
use crate::{Error, Result};

/// How often each session is asked what it sees.
const ROUNDS: usize = 3;

const GAVE_UP: &str = "a session gave up while it began";

/// Begins every session's transaction: that of all its units, or that of its first unit where each has its own. A pooler may
/// have let sessions in for which it has no connection: those go, and why is given back.
pub(super) fn begin_all(
    sessions: &mut Vec<Box<dyn Session>>,
    begin: Option<&Begin>,
) -> Result<Option<Error>> {
    let act = |mut session: Box<dyn Session>| match begin {
        Some(begin) => session.begin(begin).map(|()| session),
        None => session.begin_unit().map(|()| session),
    };
    let asked = side_by_side(std::mem::take(sessions), act, GAVE_UP)?;
    let refused;
    (*sessions, refused) = let_in(asked)?;
    Ok(refused)
}

/// What sessions say of the state that they see.
pub(super) enum Seen {
    /// All say the same, each time; `None` where their database tells nothing.
    Alike(Option<String>),
    /// They differ.
    Apart,
}

/// Asks all sessions what they see.
///
/// MariaDB 10.11 keeps the answer to SHOW STATUS in variables of the whole server between writing and reading it: of two
/// sessions that ask at the same moment, each may be told what the other sees (measured: 258 of 107,566 times). So they are
/// asked one after the other, and more than once, since somebody else may ask, too.
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

/// Whether all are connected to this server.
pub(super) fn all_on(sessions: &mut [Box<dyn Session>], server: Option<&str>) -> Result<bool> {
    let mut all = true;
    for session in sessions {
        all &= session.server()?.as_deref() == server;
    }
    Ok(all)
}

pub(super) fn pin_all(sessions: &mut [Box<dyn Session>], tables: &[String]) -> Result<()> {
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
    let ended = side_by_side(sessions, act, GAVE_UP)?;
    ended.into_iter().collect()
}
