//! A login to a server made up by a fuzzer.

use super::super::login::Login;
use super::login::{Channel, authenticate, greeting};
use super::packets::Packets;
use crate::job::ServerUrl;
use std::io::{self, Read, Write};
use url::Url;

/// Sends what it was given, and accepts anything.
struct MadeUp<'a>(&'a [u8]);

impl Read for MadeUp<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for MadeUp<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs in to a server that sends this.
pub fn login(says: &[u8]) {
    let url = Url::parse("mysql://reader:secret@h/d").ok();
    let server = url.and_then(|url| ServerUrl::new(url).ok());
    let Some(Ok(login)) = server.map(|server| Login::parse(&server)) else {
        return;
    };
    let mut packets = Packets::new(MadeUp(says));
    if let Ok(greeting) = greeting(&mut packets) {
        // Any result is fine.
        let _ = authenticate(&mut packets, &greeting, &login, Channel::Open);
    }
}
