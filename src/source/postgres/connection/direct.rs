//! Tests of TLS that starts immediately. PostgreSQL supports it since version 17; here a scripted server takes its place.

use super::super::access::Access;
use super::start;
use super::tests::{message, session};
use crate::job::{ServerUrl, Waits};
use crate::source::wire::acceptor_of;
use crate::{ErrorKind, Result};
use ::url::Url;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// Starts a session with a server that speaks TLS from the first byte. Returns the result, and what the server received.
fn begun(protocols: &'static [&'static str]) -> (Result<()>, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        // The handshake fails without a common protocol, and if the server names none, the client leaves.
        let Ok(mut stream) = acceptor_of(protocols).accept(socket) else {
            return Vec::new();
        };
        let mut heard = vec![0; 4096];
        let read = stream.read(&mut heard).unwrap_or(0);
        heard.truncate(read);
        if read > 0 {
            stream.write_all(&session()).unwrap();
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let answer = [message(b'C', b"SET\0"), message(b'Z', b"I")].concat();
                let _ = stream.write_all(&answer);
            }
        }
        heard
    });
    let url = format!(
        "postgresql://ana@127.0.0.1:{port}/d?sslmode=require&sslnegotiation=direct&connect_timeout=2"
    );
    let url = ServerUrl::new(Url::parse(&url).unwrap()).unwrap();
    let access = Access::new(&url, &Waits::default()).unwrap();
    let begun = start(&access).map(drop);
    (begun, server.join().unwrap())
}

#[test]
fn tls_starts_immediately_if_the_server_speaks_postgresql_in_it() {
    let (begun, heard) = begun(&["other", "postgresql"]);
    assert!(
        heard.windows(9).any(|bytes| bytes == b"user\0ana\0"),
        "{heard:?}"
    );
    begun.unwrap();
}

#[test]
fn a_server_that_names_no_protocol_or_another_one_is_refused() {
    for protocols in [&[][..], &["h2"]] {
        let (begun, heard) = begun(protocols);
        assert_eq!(begun.unwrap_err().kind(), ErrorKind::Unreachable);
        assert!(heard.is_empty(), "{protocols:?}: nothing was sent");
    }
}
