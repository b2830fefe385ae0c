//! From an address to a stream, encrypted according to the TLS policy.

use super::{Attempt, Fault};
use crate::source::postgres::access::Server;
use crate::source::wire::{SslMode, Stream, TlsPolicy};
use crate::{Error, ErrorKind};
use bytes::BytesMut;
use postgres_protocol::message::frontend;
use std::io::{Read, Write};
use std::time::Instant;

/// Connects, and encrypts the stream as the policy and the server allow.
pub(super) fn connect(server: &Server, tls: &TlsPolicy, deadline: Instant) -> Attempt<Stream> {
    let mut stream = Stream::connect(&server.address, deadline).map_err(Fault::Io)?;
    // As in libpq: a socket's data never leaves the machine.
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
            let message = format!("the server {} doesn't offer TLS", server.name);
            let error = Error::new(ErrorKind::Unreachable, message);
            Err(error
                .advise("set sslmode=prefer to read without TLS from such a server")
                .into())
        }
    }
}

/// Asks for TLS. Only one byte is read: everything after it must be encrypted.
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
