//! Texts from others: a server that repeats the password, and a client library that panics.

use super::{keeps, loudest};
use crate::harness::{Case, ENCODED_PASSWORD, PASSWORD, System};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

#[test]
fn a_server_that_tells_the_password_back_is_not_quoted() {
    let message = format!(
        "no entry for '{PASSWORD}', {ENCODED_PASSWORD} or {}",
        ENCODED_PASSWORD.to_lowercase()
    );
    let [mysql, postgres] = [mysql_refusal(&message), postgres_refusal(&message)];
    let servers = [
        (
            "mysql",
            serve(move |mut client| _ = client.write_all(&mysql)),
        ),
        (
            "postgresql",
            serve(move |mut client| {
                // The startup message, which is sent immediately with sslmode=disable.
                _ = client.read(&mut [0; 1024]);
                _ = client.write_all(&postgres);
            }),
        ),
    ];
    for (scheme, port) in servers {
        for (verb, log) in [("run", "text"), ("run", "json"), ("plan", "text")] {
            for extractor in ["auto", "connectorx"] {
                let case = Case::on(System::Sqlite);
                let url = format!("{scheme}://reader@127.0.0.1:{port}/d?sslmode=disable");
                let job = loudest(&case, verb, log).args(["--extractor", extractor]);
                let job = job
                    .env("FIRSTSEEN_SOURCE", url)
                    .env("FIRSTSEEN_PASSWORD", PASSWORD);
                let ran = job.fails_with(3).says("no entry for '***', *** or ***");
                let lower = ENCODED_PASSWORD.to_lowercase();
                keeps(ran, &[PASSWORD, ENCODED_PASSWORD, &lower]);
            }
        }
    }
}

/// Listens on a port and gives every client this answer, until the tests end.
fn serve(answer: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

/// The error packet that a server sends instead of a greeting.
fn mysql_refusal(message: &str) -> Vec<u8> {
    let payload = [&b"\xff\x15\x04"[..], message.as_bytes()].concat();
    let length = u32::try_from(payload.len())
        .expect("a short message")
        .to_le_bytes();
    [&length[..3], &[0], &payload].concat()
}

/// An `ErrorResponse` message.
fn postgres_refusal(message: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C28P01\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4)
        .expect("a short message")
        .to_be_bytes();
    [&b"E"[..], &length, fields.as_bytes()].concat()
}
