//! Certificates that servers have, and how each `sslmode` treats them: like libpq and MySQL's clients.

use super::super::encrypted::Encrypted;
use super::*;
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{AlpnError, SslAcceptor, SslAcceptorBuilder, select_next_proto};
use openssl::x509::X509NameBuilder;
use openssl::x509::extension::BasicConstraints;
use std::os::unix::net::UnixStream;
use std::thread;

/// A self-signed certificate with its key. It names its host only in the common name.
pub(in super::super) struct Certificate {
    x509: X509,
    key: PKey<Private>,
}

impl Default for Certificate {
    fn default() -> Self {
        Self::of(3, &rsa(), 1)
    }
}

fn rsa() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn elliptic(curve: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

impl Certificate {
    /// Makes a certificate of this X.509 version, valid until this many days from now.
    fn of(version: i32, key: &PKey<Private>, days: i64) -> Self {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "localhost").unwrap();
        let name = name.build();
        let mut x509 = X509::builder().unwrap();
        x509.set_version(version - 1).unwrap();
        x509.set_subject_name(&name).unwrap();
        x509.set_issuer_name(&name).unwrap();
        x509.set_pubkey(key).unwrap();
        let [from, to] =
            [days - 2, days].map(|days| Asn1Time::from_unix((now_days() + days) * 86_400).unwrap());
        x509.set_not_before(&from).unwrap();
        x509.set_not_after(&to).unwrap();
        if version == 3 {
            let authority = BasicConstraints::new().critical().ca().build().unwrap();
            x509.append_extension(authority).unwrap();
        }
        x509.sign(key, MessageDigest::sha256()).unwrap();
        Self {
            x509: x509.build(),
            key: key.clone(),
        }
    }
}

fn now_days() -> i64 {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since_1970.as_secs() / 86_400).unwrap()
}

fn showing(certificate: &Certificate) -> SslAcceptorBuilder {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_certificate(&certificate.x509).unwrap();
    acceptor.set_private_key(&certificate.key).unwrap();
    acceptor
}

/// Returns an acceptor of connections with this certificate, only with this TLS version.
pub(in super::super) fn acceptor(version: SslVersion, certificate: &Certificate) -> SslAcceptor {
    let mut acceptor = showing(certificate);
    // The preset is for browsers, which don't support P-521.
    acceptor.set_groups_list("X25519:P-256:P-521").unwrap();
    acceptor.set_min_proto_version(Some(version)).unwrap();
    acceptor.set_max_proto_version(Some(version)).unwrap();
    acceptor.build()
}

/// Returns an acceptor of connections that agrees on the first of these protocols that it is asked for.
pub(in crate::source) fn acceptor_of(protocols: &'static [&'static str]) -> SslAcceptor {
    let mut acceptor = showing(&Certificate::default());
    let known: Vec<u8> = protocols.iter().flat_map(|name| listed(name)).collect();
    let known: &'static [u8] = known.leak();
    if !known.is_empty() {
        acceptor.set_alpn_select_callback(move |_, asked| {
            select_next_proto(known, asked).ok_or(AlpnError::ALERT_FATAL)
        });
    }
    acceptor.build()
}

/// Returns the result of a handshake with a server that presents this certificate. `roots` is trusted.
fn shaken(
    certificate: &Certificate,
    (mode, roots): (SslMode, Option<&Certificate>),
    host: &str,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let root_cert = roots.map(|root| {
        let path = folder.path().join("root.pem");
        fs::write(&path, root.x509.to_pem().unwrap()).unwrap();
        path
    });
    let (ours, theirs) = UnixStream::pair().unwrap();
    let acceptor = acceptor(SslVersion::TLS1_2, certificate);
    let server = thread::spawn(move || drop(acceptor.accept(theirs)));
    let policy = TlsPolicy::new(mode, root_cert);
    let shaken = Encrypted::shake_hands(ours, &policy, host);
    let shaken = shaken.map(drop).map_err(|error| error.to_string());
    server.join().unwrap();
    shaken
}

#[test]
fn certificates_that_the_databases_own_clients_accept_are_accepted() {
    let certificates = [
        (
            "version 1, as `openssl x509 -req` makes it",
            Certificate::of(1, &rsa(), 1),
        ),
        ("version 3, its own authority", Certificate::default()),
        (
            "P-256",
            Certificate::of(3, &elliptic(Nid::X9_62_PRIME256V1), 1),
        ),
        ("P-521", Certificate::of(3, &elliptic(Nid::SECP521R1), 1)),
    ];
    for (name, certificate) in &certificates {
        for (mode, roots) in [
            (SslMode::Prefer, None),
            (SslMode::Require, None),
            (SslMode::Require, Some(certificate)),
            (SslMode::VerifyCa, Some(certificate)),
            (SslMode::VerifyFull, Some(certificate)),
        ] {
            let shaken = shaken(certificate, (mode, roots), "localhost");
            assert_eq!(shaken, Ok(()), "{name}, {mode:?}");
        }
    }
}

#[test]
fn certificates_that_are_not_trusted_are_refused_with_the_reason() {
    let (ours, stranger) = (Certificate::default(), Certificate::default());
    let expired = Certificate::of(3, &rsa(), -3);
    let trusted = [
        (
            &ours,
            SslMode::VerifyFull,
            &ours,
            "db.example.org",
            "ostname mismatch",
        ),
        (
            &ours,
            SslMode::VerifyFull,
            &ours,
            "127.0.0.1",
            "IP address mismatch",
        ),
        (
            &ours,
            SslMode::VerifyCa,
            &stranger,
            "localhost",
            "self-signed",
        ),
        (
            &ours,
            SslMode::Require,
            &stranger,
            "localhost",
            "self-signed",
        ),
        (
            &expired,
            SslMode::VerifyCa,
            &expired,
            "localhost",
            "expired",
        ),
    ];
    for (certificate, mode, root, host, why) in trusted {
        let refused = shaken(certificate, (mode, Some(root)), host).unwrap_err();
        assert!(refused.contains(why), "{mode:?}, {host}: {refused}");
    }
    assert_eq!(
        shaken(&expired, (SslMode::Require, None), "localhost"),
        Ok(())
    );
}
