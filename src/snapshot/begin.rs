//! What all sessions of a job do at the same time: the closer together, the likelier they see one state.

use super::side_by_side::side_by_side;
use crate::Result;
use crate::source::{Begin, Session};

/// How often each session is asked what it sees.
const ROUNDS: usize = 3;

/// Begins every session's transaction.
pub(super) fn begin_all(sessions: &mut [Box<dyn Session>], begin: &Begin) -> Result<()> {
    each(sessions, |session| session.begin(begin))
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
    let ended = side_by_side(sessions, act, "a session gave up while it began")?;
    ended.into_iter().collect()
}
