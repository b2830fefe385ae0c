//! Which sessions a server accepted.

use crate::{Error, ErrorKind, Result};

/// The sessions that the server accepted, at least one. A server, or a pooler before it, might accept only some of them:
/// then also why it refused the others.
pub(super) fn accepted<T>(asked: Vec<Result<T>>) -> Result<(Vec<T>, Option<Error>)> {
    let mut sessions = Vec::with_capacity(asked.len());
    let mut refused = None;
    for session in asked {
        match session {
            Ok(session) => sessions.push(session),
            Err(error) if error.kind() == ErrorKind::Unreachable => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if sessions.is_empty() => {
            Err(error.after("only the catalog connection can be opened"))
        }
        refused => Ok((sessions, refused)),
    }
}
