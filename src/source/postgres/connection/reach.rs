//! From an address to a stream, encrypted as the policy wants it.

use super::{Attempt, Fault};
use crate::source::postgres::access::Server;
use crate::source::wire::{SslMode, Stream, TlsPolicy};
use crate::{Error, ErrorKind};
use bytes::BytesMut;
use postgres_protocol::message::frontend;
use std::io::{Read, Write};
use std::time::Instant;

/// Connects, and encrypts as far as the policy wants it and the server can.
pub(super) fn connect(server: &Server, tls: &TlsPolicy, deadline: Instant) -> Attempt<Stream> {
    let mut stream = Stream::connect(&server.address, deadline).map_err(Fault::Io)?;
    // As libpq: a socket leaves no machine.
    if tls.mode == SslMode::Disable || server.address.is_socket() {
        return Ok(stream);
    }
    if tls.protocol.is_some() {
        return Ok(stream.encrypt(tls, &server.name)?);
    }
    match offers_tls(&mut stream)? {
        true => Ok(stream.encrypt(tls, &server.name)?),
        false if tls.mode == SslMode::Prefer => Ok(stream),
        false => {
            let message = format!("{} offers no TLS", server.name);
            let error = Error::new(ErrorKind::Unreachable, message);
            Err(error.advise("sslmode=prefer reads without it, too").into())
        }
    }
}

/// Asks for TLS. Just one byte is read: what follows it must be encrypted.
fn offers_tls(stream: &mut (impl Read + Write)) -> Attempt<bool> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request).map_err(Fault::Io)?;
    stream.flush().map_err(Fault::Io)?;
    let mut answer = [0];
    stream.read_exact(&mut answer).map_err(Fault::Io)?;
    match answer {
        [b'S'] => Ok(true),
        [b'N'] => Ok(false),
        _ => Err(Fault::Protocol("no answer to the request for TLS")),
    }
}
