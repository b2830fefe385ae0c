//! For tests: a server that follows a script, and numbers to mangle it by.

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::X509;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};
use std::io::{self, Read, Write};
use std::sync::Arc;

/// The other end of a connection: says what it was told to say, a few bytes at a time, and writes down what it hears.
pub(in super::super) struct Scripted {
    says: Vec<u8>,
    said: usize,
    at_once: usize,
    pub heard: Vec<u8>,
}

impl Scripted {
    pub fn saying(says: impl Into<Vec<u8>>, at_once: usize) -> Self {
        Self {
            says: says.into(),
            said: 0,
            at_once,
            heard: Vec::new(),
        }
    }
}

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.says[self.said..];
        let bytes = self.at_once.min(rest.len()).min(buffer.len());
        buffer[..bytes].copy_from_slice(&rest[..bytes]);
        self.said += bytes;
        Ok(bytes)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Numbers that look random and are the same in every run.
pub(in super::super) struct Dice(pub u64);

impl Dice {
    pub fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()[3]
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (0..4).fold(0, |number, _| number << 8 | usize::from(self.byte())) % bound
    }
}

/// A server's end of TLS, that agrees on one of these protocols where it is asked for one.
pub(in super::super) fn tls_server(
    version: &'static SupportedProtocolVersion,
    protocols: &[&str],
) -> ServerConnection {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_pubkey(&key).unwrap();
    let [from, to] = [0, 1].map(|days| Asn1Time::days_from_now(days).unwrap());
    certificate.set_not_before(&from).unwrap();
    certificate.set_not_after(&to).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    let certificate = CertificateDer::from(certificate.build().to_der().unwrap());
    let key = PrivateKeyDer::try_from(key.private_key_to_pkcs8().unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
    config.alpn_protocols = protocols.collect();
    ServerConnection::new(Arc::new(config)).unwrap()
}
