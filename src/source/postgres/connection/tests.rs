use super::super::access::{ChannelBinding, Login};
use super::login::BackendKey;
use super::*;
use crate::secret::Secret;
use crate::source::wire::{Dice, Scripted};

impl<S: Read + Write> Connection<S> {
    /// A session that is ready for a query.
    pub fn ready(stream: S) -> Self {
        Self {
            is_ready: true,
            ..Self::new(stream)
        }
    }
}

/// A message as a server sends it.
pub(in super::super) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).unwrap();
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn authentication(kind: i32, body: &[u8]) -> Vec<u8> {
    message(b'R', &[&kind.to_be_bytes()[..], body].concat())
}

/// What follows a login that succeeded.
pub(super) fn session() -> Vec<u8> {
    [
        authentication(0, b""),
        message(b'S', b"server_version\x0015.1\0"),
        message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]),
        message(b'Z', b"I"),
    ]
    .concat()
}

fn config(password: Option<&str>) -> Login {
    Login {
        user: "ana".to_owned(),
        password: password.map(Secret::new),
        database: Some("stock".to_owned()),
        application_name: "firstseen".to_owned(),
        options: None,
        channel_binding: ChannelBinding::Prefer,
    }
}

fn log_in(says: &[&[u8]], config: &Login) -> (Attempt<BackendKey>, Vec<u8>) {
    let mut connection = Connection::new(Scripted::saying(says.concat(), 5));
    let key = connection.log_in(config, None);
    (key, connection.stream.heard)
}

fn heard(text: &str, heard: &[u8]) -> bool {
    heard
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[test]
fn a_login_sends_what_it_is_asked_for_and_no_more() {
    let key = BackendKey {
        process: 7,
        secret: 9,
    };
    let (trusted, said) = log_in(&[&session()], &config(Some("secret")));
    assert_eq!(trusted.unwrap(), key);
    assert!(heard("user\0ana\0database\0stock\0", &said) && !heard("secret", &said));
    let cleartext = authentication(3, b"");
    let (asked, said) = log_in(&[&cleartext, &session()], &config(Some("secret")));
    assert_eq!(asked.unwrap(), key);
    assert!(heard("secret\0", &said));
    let md5 = authentication(5, b"salt");
    let (asked, said) = log_in(&[&md5, &session()], &config(Some("secret")));
    assert_eq!(asked.unwrap(), key);
    let hash = postgres_protocol::authentication::md5_hash(b"ana", b"secret", *b"salt");
    assert!(heard(&hash, &said) && !heard("secret", &said));
}

#[test]
fn a_login_without_a_password_or_with_an_unknown_method_fails() {
    let cleartext = authentication(3, b"");
    let (asked, _) = log_in(&[&cleartext, &session()], &config(None));
    assert!(matches!(asked, Err(Fault::NoPassword)));
    for unknown in [
        authentication(7, b""),
        authentication(10, b"SCRAM-SHA-1024\0\0"),
    ] {
        let (asked, _) = log_in(&[&unknown, &session()], &config(Some("secret")));
        assert!(matches!(asked, Err(Fault::Authentication(_))));
    }
    let twice = [cleartext.clone(), cleartext].concat();
    let (asked, _) = log_in(&[&twice, &session()], &config(Some("secret")));
    assert!(matches!(asked, Err(Fault::Protocol(_))));
}

#[test]
fn a_server_that_skips_its_proof_is_not_trusted() {
    let offer = authentication(10, b"SCRAM-SHA-256\0\0");
    let (asked, said) = log_in(&[&offer, &session()], &config(Some("secret")));
    assert!(matches!(asked, Err(Fault::Protocol(_))));
    assert!(heard("SCRAM-SHA-256\0", &said) && !heard("secret", &said));
    // A nonce other than the one that was sent, and far too many rounds.
    for challenge in [
        "r=x,s=c2FsdA==,i=4096",
        "r=x,s=c2FsdA==,i=4294967295",
        "",
        "r=",
    ] {
        let challenge = authentication(11, challenge.as_bytes());
        let (asked, _) = log_in(&[&offer, &challenge, &session()], &config(Some("secret")));
        assert!(matches!(asked, Err(Fault::Protocol(_))));
    }
}

#[test]
fn an_error_from_the_server_keeps_its_code() {
    let error = message(b'E', b"SFATAL\0C28P01\0Mno \xff entry\0\0");
    let (refused, _) = log_in(&[&error], &config(None));
    let Err(Fault::Server { code, message }) = refused else {
        panic!("the server refuses");
    };
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("28P01", "no \u{fffd} entry")
    );
}

#[test]
fn statements_are_answered_up_to_the_servers_readiness() {
    let answer = [
        message(b'C', b"SET\0"),
        message(b'N', b"SNOTICE\0\0"),
        message(b'C', b"SET\0"),
        message(b'Z', b"I"),
    ];
    let says = [answer.concat(), answer.concat()].concat();
    let mut connection = Connection::ready(Scripted::saying(says, 3));
    connection.execute("SET a = 1; SET b = 2").unwrap();
    connection.execute("SET a = 1; SET b = 2").unwrap();
    assert!(matches!(connection.execute("SET a = 1"), Err(Fault::Io(_))));
    // In the middle of an answer, another query is refused.
    assert!(matches!(
        connection.execute("SET a = 1"),
        Err(Fault::Protocol(_))
    ));
}

#[test]
fn a_query_is_described_by_its_columns() {
    let mut column = b"id\0".to_vec();
    column.extend([
        0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 0xff, 0xff, 0xff, 0xff, 0, 0,
    ]);
    let row = message(b'T', &[&[0, 1][..], &column].concat());
    let says = [
        message(b'1', b""),
        message(b't', &[0, 0]),
        row,
        message(b'Z', b"I"),
    ]
    .concat();
    let mut connection = Connection::ready(Scripted::saying(says, 7));
    let columns = connection.describe("SELECT id FROM t").unwrap();
    assert_eq!(columns, [("id".to_owned(), 23)]);
}

#[test]
fn a_mangled_or_truncated_login_neither_panics_nor_hangs() {
    let scram = [
        authentication(10, b"SCRAM-SHA-256\0\0"),
        authentication(11, b"r=x,s=c2FsdA==,i=1"),
        authentication(12, b"v=x"),
        session(),
    ];
    let says = [
        session(),
        [authentication(5, b"salt"), session()].concat(),
        scram.concat(),
        message(b'E', b"SFATAL\0C28P01\0Mno entry\0\0"),
    ];
    let mut dice = Dice(1);
    for says in says {
        for cut in 0..says.len() {
            let (asked, _) = log_in(&[&says[..cut]], &config(Some("secret")));
            assert!(asked.is_err());
        }
        for _ in 0..2000 {
            let mut mangled = says.clone();
            for _ in 0..=dice.below(3) {
                let place = dice.below(mangled.len());
                mangled[place] = dice.byte();
            }
            let _ = log_in(&[&mangled], &config(Some("secret")));
        }
    }
}
