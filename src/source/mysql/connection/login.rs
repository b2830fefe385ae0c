//! The beginning of a session: greeting, TLS and authentication.

use super::super::super::wire::{SslMode, Stream};
use super::super::error;
use super::super::login::Login;
use super::Refused;
use super::packets::{Packets, malformed};
use super::password::{self, Channel};
use super::response::{ERR, OK, refusal};
use crate::{Error, ErrorKind};
use mysql_common::constants::{CapabilityFlags, UTF8MB4_GENERAL_CI};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{
    AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse, SslRequest,
};
use mysql_common::proto::MySerialize;
use std::collections::HashMap;
use std::io::{self, Read, Write};

/// The largest packet that we claim to accept: the protocol's largest.
const MAX_PACKET_BYTES: u32 = 1 << 30;
/// The version whose clients behave like us. It decides the character set of the names that we send.
const SPOKEN_VERSION: (u16, u16, u16) = (5, 7, 0);
/// First byte of a switch to another authentication method, and of more data for the current one.
const SWITCH: u8 = 0xfe;
const MORE_DATA: u8 = 0x01;
/// Limit on the packets of one authentication. The longest known exchange takes four.
const MAX_STEPS: usize = 8;
/// Bytes of a scramble. A zero byte follows.
const SCRAMBLE_BYTES: usize = 20;

/// What a server sends first.
pub(super) struct Greeting {
    pub connection_id: u32,
    capabilities: CapabilityFlags,
    scramble: Vec<u8>,
    plugin: AuthPlugin<'static>,
}

/// Reads the greeting, or the error packet that says why there is no session.
pub(super) fn greeting<S: Read + Write>(packets: &mut Packets<S>) -> Result<Greeting, Error> {
    let payload = packets.read().map_err(|cause| error::unreachable(&cause))?;
    if payload.first() == Some(&ERR) {
        return Err(refused_before_login(&payload));
    }
    read_greeting(&payload).map_err(|cause| error::unreachable(&cause))
}

fn read_greeting(payload: &[u8]) -> io::Result<Greeting> {
    check_scramble_bytes(payload)?;
    let greeting = ParseBuf(payload)
        .parse::<HandshakePacket<'_>>(())
        .map_err(|_| malformed("the greeting can't be read"))?;
    let capabilities = greeting.capabilities();
    if greeting.protocol_version() != 10
        || !capabilities.contains(CapabilityFlags::CLIENT_PROTOCOL_41)
    {
        return Err(malformed(
            "the server uses a protocol older than MySQL 4.1's",
        ));
    }
    let mut scramble = greeting.scramble_1_ref().to_vec();
    scramble.extend_from_slice(greeting.scramble_2_ref().unwrap_or_default());
    scramble.resize(SCRAMBLE_BYTES, 0);
    Ok(Greeting {
        connection_id: greeting.connection_id(),
        capabilities,
        scramble,
        plugin: first_plugin(greeting.auth_plugin().as_ref()),
    })
}

/// Checks a length that `mysql_common` computes with as a signed byte.
fn check_scramble_bytes(payload: &[u8]) -> io::Result<()> {
    let version_end = payload.iter().skip(1).position(|byte| *byte == 0);
    // After the version's zero byte: id 4, scramble 8, filler 1, capabilities 2, collation 1, status 2, capabilities 2.
    let at = version_end.map(|end| 1 + end + 1 + 20);
    match at.and_then(|at| payload.get(at)) {
        Some(bytes) if *bytes < 128 => Ok(()),
        _ => Err(malformed("the greeting can't be read")),
    }
}

/// Translates an error from before the login. It has no state: the text follows the code.
fn refused_before_login(payload: &[u8]) -> Error {
    match payload {
        [ERR, low, high, text @ ..] if text.first() != Some(&b'#') => error::server(
            u16::from_le_bytes([*low, *high]),
            "HY000",
            &String::from_utf8_lossy(text),
        ),
        _ => refusal(payload),
    }
}

/// Returns the method to begin with. The server switches if the user has another one.
fn first_plugin(named: Option<&AuthPlugin<'_>>) -> AuthPlugin<'static> {
    match named {
        Some(AuthPlugin::CachingSha2Password) => AuthPlugin::CachingSha2Password,
        _ => AuthPlugin::MysqlNativePassword,
    }
}

/// Encrypts the connection, if the login asks for it and the server supports it.
pub(super) fn encrypt(
    mut packets: Packets<Stream>,
    greeting: &Greeting,
    login: &Login,
) -> Result<Packets<Stream>, Error> {
    let offered = greeting.capabilities.contains(CapabilityFlags::CLIENT_SSL);
    match login.tls.mode {
        SslMode::Disable => return Ok(packets),
        SslMode::Prefer if !offered => return Ok(packets),
        _ if !offered => {
            return Err(
                Error::new(ErrorKind::Unreachable, "the server doesn't offer TLS")
                    .advise("set up TLS on the server, or use sslmode=disable"),
            );
        }
        _ => {}
    }
    let request = SslRequest::new(
        capabilities(greeting) | CapabilityFlags::CLIENT_SSL,
        MAX_PACKET_BYTES,
        // A collation whose number fits in one byte.
        u8::try_from(UTF8MB4_GENERAL_CI).unwrap_or_default(),
    );
    packets
        .write(&serialized(&request))
        .map_err(|cause| error::unreachable(&cause))?;
    let Packets {
        stream, sequence, ..
    } = packets;
    let mut packets = Packets::new(stream.encrypt(&login.tls, login.address.host())?);
    packets.sequence = sequence;
    Ok(packets)
}

/// Sends the user's name, and answers until the server accepts the login.
pub(super) fn authenticate<S: Read + Write>(
    packets: &mut Packets<S>,
    greeting: &Greeting,
    login: &Login,
    channel: Channel,
) -> Result<(), Refused> {
    let mut plugin = greeting.plugin.clone();
    let mut scramble = greeting.scramble.clone();
    let answer = password::answer(&plugin, login, &scramble).unwrap_or_default();
    write(packets, &introduction(greeting, login, channel, answer))?;
    for _ in 0..MAX_STEPS {
        let payload = packets.read().map_err(|cause| error::unreachable(&cause))?;
        match payload.as_slice() {
            [OK, ..] => return Ok(()),
            [ERR, ..] => return Err(refusal(&payload).into()),
            [SWITCH, ..] => {
                (plugin, scramble) = switched(&payload)?;
                let answer = password::answer(&plugin, login, &scramble);
                write(packets, &answer.ok_or_else(|| unknown(&plugin))?)?;
            }
            [MORE_DATA, data @ ..] if plugin == AuthPlugin::CachingSha2Password => {
                if let Some(answer) = password::go_on(data, login, &scramble, channel)? {
                    write(packets, &answer)?;
                }
            }
            _ => return Err(not_understood().into()),
        }
    }
    Err(not_understood().into())
}

fn introduction(greeting: &Greeting, login: &Login, channel: Channel, answer: Vec<u8>) -> Vec<u8> {
    let mut flags = capabilities(greeting);
    flags.set(CapabilityFlags::CLIENT_SSL, channel == Channel::Encrypted);
    let takes_attributes = CapabilityFlags::CLIENT_CONNECT_ATTRS;
    let attributes = greeting.capabilities.contains(takes_attributes).then(|| {
        let name = ("program_name".to_owned(), "firstseen".to_owned());
        HashMap::from([name])
    });
    serialized(&HandshakeResponse::new(
        Some(answer),
        SPOKEN_VERSION,
        Some(login.user.as_bytes()),
        Some(login.database.as_bytes()),
        Some(greeting.plugin.clone()),
        flags,
        attributes,
        MAX_PACKET_BYTES,
    ))
}

/// Returns the capabilities that we support. Without `CLIENT_DEPRECATE_EOF` an EOF packet ends columns and rows, on every
/// server. A request for TLS already contains all of it, because MariaDB uses what was sent there.
fn capabilities(greeting: &Greeting) -> CapabilityFlags {
    let wanted = CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_LONG_FLAG
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_CONNECT_WITH_DB
        | CapabilityFlags::CLIENT_CONNECT_ATTRS
        | CapabilityFlags::CLIENT_PLUGIN_AUTH;
    wanted & greeting.capabilities | CapabilityFlags::CLIENT_PROTOCOL_41
}

/// Returns the authentication method that the server requires instead, and its scramble.
fn switched(payload: &[u8]) -> Result<(AuthPlugin<'static>, Vec<u8>), Refused> {
    // A lone byte asks for the password as MySQL hashed it before 4.1.
    if payload.len() == 1 {
        return Err(unknown(&AuthPlugin::MysqlOldPassword));
    }
    let request = ParseBuf(payload)
        .parse::<AuthSwitchRequest<'_>>(())
        .map_err(|_| not_understood())?;
    let scramble = request.plugin_data();
    let scramble = scramble.strip_suffix(&[0]).unwrap_or(scramble);
    Ok((request.auth_plugin().into_owned(), scramble.to_vec()))
}

fn unknown(plugin: &AuthPlugin<'_>) -> Refused {
    Refused::UnknownAuthentication(String::from_utf8_lossy(plugin.as_bytes()).into_owned())
}

fn not_understood() -> Error {
    error::unreachable(&malformed("the authentication exchange isn't understood"))
}

fn serialized(packet: &impl MySerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.serialize(&mut bytes);
    bytes
}

fn write<S: Read + Write>(packets: &mut Packets<S>, payload: &[u8]) -> Result<(), Error> {
    let written = packets.write(payload);
    written.map_err(|cause| error::unreachable(&cause))
}

#[cfg(test)]
mod tests;
