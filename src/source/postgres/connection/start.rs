//! From an address to a session: the first server that accepts one.

use super::cancel::Peer;
use super::channel_binding::Binding;
use super::reach::connect;
use super::{Attempt, CancelRequest, Connection, Fault};
use crate::source::postgres::access::{Access, Server, TargetServer};
use crate::source::wire::{SslMode, Stream, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Instant;

/// Starts a session on the first server that can be reached and is of the required kind. Nothing is set in it yet. Each
/// server has the connect timeout to become ready for a query. Once a server has accepted a session, all others start there.
pub(in super::super) fn start(access: &Access) -> Result<(Connection<Stream>, CancelRequest)> {
    let mut last = None;
    for target in rounds(access) {
        for server in access.servers() {
            let begun = begin(access, server, *target);
            match begun.map_err(|fault| access.refused(fault)) {
                Err(error) if is_worth_another(&error) => {
                    last = Some(error.within(&server.address));
                }
                Err(error) => return Err(error),
                Ok(begun) => {
                    access.choose(server);
                    return Ok(begun);
                }
            }
        }
    }
    Err(last.unwrap_or_else(|| Error::new(ErrorKind::Usage, "--source names no server")))
}

/// A chosen server isn't checked again: a job doesn't change its server.
fn rounds(access: &Access) -> &'static [TargetServer] {
    match access.chosen() {
        Some(_) => TargetServer::Any.rounds(),
        None => access.target.rounds(),
    }
}

/// A server that can't be reached or accepts no sessions now may have a standby. A refusal of the user holds everywhere.
fn is_worth_another(error: &Error) -> bool {
    use ErrorKind::{Ended, Lost, Unreachable};
    matches!(error.kind(), Unreachable | Lost | Ended)
}

fn begin(
    access: &Access,
    server: &Server,
    target: TargetServer,
) -> Attempt<(Connection<Stream>, CancelRequest)> {
    let deadline = Instant::now() + access.connect_timeout();
    let stream = connect(server, &access.tls, deadline)?;
    let binding = stream.server_certificate().and_then(Binding::of);
    let is_encrypted = stream.is_encrypted();
    let mut connection = Connection::new(stream);
    let key = connection.log_in(&access.login, binding)?;
    check_target(&mut connection, server, target)?;
    let set = connection.stream.wait_for(access.waits.read);
    set.map_err(Fault::Io)?;
    let closer = connection.stream.closer().map_err(Fault::Io)?;
    let peer = Peer {
        server: server.clone(),
        tls: TlsPolicy {
            mode: if is_encrypted {
                access.tls.mode
            } else {
                SslMode::Disable
            },
            ..access.tls.clone()
        },
        timeout: access.connect_timeout(),
    };
    Ok((connection, CancelRequest::new(peer, key, Arc::new(closer))))
}

fn check_target(
    connection: &mut Connection<Stream>,
    server: &Server,
    target: TargetServer,
) -> Attempt<()> {
    let Some(question) = target.question() else {
        return Ok(());
    };
    let rows = connection.text_rows(question.sql)?;
    let answer = rows.first().and_then(|row| row.first()?.as_deref());
    if answer == Some(if question.wanted { "t" } else { "f" }) {
        return Ok(());
    }
    let (name, target) = (&server.name, target.name());
    let message =
        format!("the server {name} isn't the kind that target_session_attrs={target} requires");
    let error = Error::new(ErrorKind::Unreachable, message);
    Err(error
        .advise("list all servers that might be of that kind: host=A,B,C")
        .into())
}
