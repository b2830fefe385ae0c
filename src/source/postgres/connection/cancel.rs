//! Canceling a session's query from another thread.

use super::Attempt;
use super::fault::Fault;
use super::login::BackendKey;
use super::reach::connect;
use crate::source::QueryCanceller;
use crate::source::postgres::access::Server;
use crate::source::wire::{Closer, TlsPolicy};
use bytes::BytesMut;
use postgres_protocol::message::frontend;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The server of a session, and how to reach it again.
#[derive(Clone)]
pub(super) struct Peer {
    pub server: Server,
    pub tls: TlsPolicy,
    pub timeout: Duration,
}

/// Cancels a session's query: asks the server over a separate connection, as the protocol requires, and then closes the
/// session's connection, so that its worker wakes up even if the server is silent.
#[derive(Clone)]
pub(in super::super) struct CancelRequest {
    peer: Peer,
    key: BackendKey,
    closer: Arc<Closer>,
}

impl CancelRequest {
    pub(super) fn new(peer: Peer, key: BackendKey, closer: Arc<Closer>) -> Self {
        Self { peer, key, closer }
    }

    fn request(&self) -> Attempt<()> {
        let Peer {
            server,
            tls,
            timeout,
        } = &self.peer;
        let mut stream = connect(server, tls, Instant::now() + *timeout)?;
        let mut request = BytesMut::new();
        frontend::cancel_request(self.key.process, self.key.secret, &mut request);
        stream.write_all(&request).map_err(Fault::Io)?;
        stream.flush().map_err(Fault::Io)?;
        // The server closes the connection once it has passed the request on.
        _ = stream.read(&mut [0]);
        Ok(())
    }
}

impl QueryCanceller for CancelRequest {
    fn cancel_query(&self) {
        // The query may have ended in the meantime.
        let _ = self.request();
        self.closer.close();
    }
}
