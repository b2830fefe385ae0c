//! A login to a server that a fuzzer makes up.

use super::super::login::Login;
use super::login::{Channel, authenticate, greeting};
use super::packets::Packets;
use crate::job::ServerUrl;
use std::io::{self, Read, Write};
use url::Url;

/// Says what it was given, and takes what it is told.
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

/// Logs in to a server that says this.
pub fn login(says: &[u8]) {
    let url = Url::parse("mysql://reader:secret@h/d").ok();
    let server = url.and_then(|url| ServerUrl::new(url).ok());
    let Some(Ok(login)) = server.map(|server| Login::parse(&server)) else {
        return;
    };
    let mut packets = Packets::new(MadeUp(says));
    if let Ok(greeting) = greeting(&mut packets) {
        // Whatever comes of it.
        let _ = authenticate(&mut packets, &greeting, &login, Channel::Open);
    }
}
