use super::*;
use crate::job::ServerUrl;
use crate::source::wire::{Dice, Scripted};
use openssl::rsa::{Padding, Rsa};
use url::Url;

fn packet(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_le_bytes()[..3].to_vec();
    bytes.push(number);
    bytes.extend_from_slice(payload);
    bytes
}

fn hello(plugin: &str) -> Vec<u8> {
    let mut payload = b"\x0a10.11.6-MariaDB\0".to_vec();
    payload.extend(7_u32.to_le_bytes());
    payload.extend(b"abcdefgh\0");
    let flags = CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_CONNECT_ATTRS;
    payload.extend(&flags.bits().to_le_bytes()[..2]);
    payload.extend(b"\x2d\x02\x00");
    payload.extend(&flags.bits().to_le_bytes()[2..]);
    payload.push(21);
    payload.extend([0; 10]);
    payload.extend(b"ijklmnopqrst\0");
    payload.extend(plugin.as_bytes());
    payload.push(0);
    payload
}

const ACCEPTED: [u8; 7] = [OK, 0, 0, 2, 0, 0, 0];
const DENIED: &[u8] = b"\xff\x15\x04#28000Access denied";

/// Logs in to a server that sends a greeting, and these payloads after it has received our answer. Returns what it received,
/// and the result.
fn log_in(plugin: &str, answers: &[Vec<u8>], channel: Channel) -> (Vec<u8>, Result<(), Refused>) {
    let mut says = packet(0, &hello(plugin));
    for (index, answer) in answers.iter().enumerate() {
        // We answer each with one packet, except those that need no answer.
        let number = 2 * u8::try_from(index).unwrap() + 2;
        says.extend(packet(number, answer));
    }
    log_in_to(says, channel)
}

fn log_in_to(says: Vec<u8>, channel: Channel) -> (Vec<u8>, Result<(), Refused>) {
    let mut packets = Packets::new(Scripted::saying(says, usize::MAX));
    let url = Url::parse("mysql://reader:secret@h/d").unwrap();
    let login = Login::parse(&ServerUrl::new(url).unwrap()).unwrap();
    let came = greeting(&mut packets)
        .map_err(Refused::from)
        .and_then(|greeting| authenticate(&mut packets, &greeting, &login, channel));
    (packets.stream.heard, came)
}

fn error(came: Result<(), Refused>) -> Error {
    match came {
        Err(Refused::Otherwise(error)) => error,
        Err(Refused::UnknownAuthentication(name)) => panic!("unknown method {name}"),
        Ok(()) => panic!("the server accepted the login"),
    }
}

fn holds(heard: &[u8], part: &[u8]) -> bool {
    heard.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_password_that_the_server_knows_by_its_hash_is_accepted() {
    for plugin in ["mysql_native_password", "caching_sha2_password"] {
        let (heard, came) = log_in(plugin, &[ACCEPTED.to_vec()], Channel::Open);
        assert!(came.is_ok());
        assert!(holds(&heard, b"reader\0") && holds(&heard, plugin.as_bytes()));
        assert!(!holds(&heard, b"secret"), "the password itself is not sent");
    }
}

#[test]
fn the_server_can_require_another_authentication_method() {
    let switch = |name: &str| [&[SWITCH], name.as_bytes(), b"\0uvwxyzuvwxyzuvwxyzuv\0"].concat();
    let known = [switch("mysql_native_password"), ACCEPTED.to_vec()];
    let (_, came) = log_in("caching_sha2_password", &known, Channel::Open);
    assert!(came.is_ok());
    for name in [
        "client_ed25519",
        "dialog",
        "mysql_clear_password",
        "mysql_old_password",
    ] {
        let (heard, came) = log_in("mysql_native_password", &[switch(name)], Channel::Open);
        assert!(matches!(came, Err(Refused::UnknownAuthentication(found)) if found == name));
        assert!(!holds(&heard, b"secret"));
    }
}

#[test]
fn the_password_itself_is_encrypted_where_others_can_read_it() {
    let pair = Rsa::generate(2048).unwrap();
    let key = [&[MORE_DATA], pair.public_key_to_pem().unwrap().as_slice()].concat();
    let answers = [vec![MORE_DATA, 4], key, ACCEPTED.to_vec()];
    let (heard, came) = log_in("caching_sha2_password", &answers, Channel::Open);
    assert!(came.is_ok());
    assert!(!holds(&heard, b"secret"));
    let sent = &heard[heard.len() - 256..];
    let mut opened = vec![0; 256];
    let length = pair.private_decrypt(sent, &mut opened, Padding::PKCS1_OAEP);
    assert_eq!(length.unwrap(), b"secret\0".len());

    let answers = [vec![MORE_DATA, 4], ACCEPTED.to_vec()];
    let (heard, came) = log_in("caching_sha2_password", &answers, Channel::Encrypted);
    assert!(came.is_ok() && holds(&heard, b"secret\0"));
}

#[test]
fn a_refusal_is_reported_in_the_servers_words() {
    let (_, came) = log_in("mysql_native_password", &[DENIED.to_vec()], Channel::Open);
    let denied = error(came);
    assert_eq!(denied.kind(), ErrorKind::AccessDenied);
    assert!(denied.to_string().contains("1045 (28000): Access denied"));

    let full = packet(0, b"\xff\x10\x04Too many connections");
    let error = error(log_in_to(full, Channel::Open).1);
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.to_string().contains("Too many connections"));
}

#[test]
fn a_server_that_never_decides_is_given_up_on() {
    let again = vec![vec![MORE_DATA, 4]; 40];
    let (_, came) = log_in("caching_sha2_password", &again, Channel::Socket);
    assert_eq!(error(came).kind(), ErrorKind::Unreachable);
}

#[test]
fn mangled_and_cut_logins_never_panic_or_hang() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for round in 0..5_000 {
        let plugin = ["mysql_native_password", "caching_sha2_password"][round % 2];
        let mut says = packet(0, &hello(plugin));
        says.extend(packet(
            2,
            &[&[SWITCH], &b"caching_sha2_password\0uvwxyz"[..]].concat(),
        ));
        says.extend(packet(4, &[MORE_DATA, 4]));
        says.extend(packet(6, b"\x01-----BEGIN PUBLIC KEY-----\nMIIBIjANBg\n"));
        for _ in 0..=dice.below(5) {
            let at = dice.below(says.len());
            says[at] = dice.byte();
        }
        says.truncate(says.len() - dice.below(says.len()));
        // A mutation can turn an answer into OK. What counts is that nothing panics, hangs or reads past the end.
        let _ = log_in_to(says, Channel::Open).1;
    }
}

#[test]
fn noise_never_panics_or_hangs() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..5_000 {
        let length = dice.below(120);
        let mut payload: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
        let mut says = packet(0, &payload);
        payload.reverse();
        says.extend(packet(2, &payload));
        let _ = log_in_to(says, Channel::Open).1;
    }
}

#[test]
fn a_wrong_length_ends_the_connection() {
    let lying = [0xff, 0xff, 0xff, 0, b'x'].to_vec();
    let error = error(log_in_to(lying, Channel::Open).1);
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}
