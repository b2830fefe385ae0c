//! TLS as the URL asks for it. It uses OpenSSL, like the databases' own clients, and so accepts what they accept from a
//! server.

use super::ClientCertificate;
use crate::{Error, ErrorKind, Result};
use openssl::error::ErrorStack;
use openssl::ssl::{
    ErrorCode, MidHandshakeSslStream, Ssl, SslConnector, SslConnectorBuilder, SslMethod, SslRef,
    SslVerifyMode, SslVersion,
};
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::{X509, X509VerifyResult};
use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

/// `sslmode`, with libpq's meaning. <https://www.postgresql.org/docs/current/libpq-ssl.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server supports it. Nothing is verified.
    Prefer,
    /// Encrypted, or no connection. The certificate is verified only if `sslrootcert` is given.
    Require,
    /// Encrypted, and the certificate must be signed by a trusted authority.
    VerifyCa,
    /// Like `VerifyCa`, and the certificate must be the host's.
    VerifyFull,
}

impl SslMode {
    /// Each mode's name in URLs.
    pub const NAMES: [(&str, Self); 5] = [
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];

    /// Returns the mode that has this name in URLs.
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, mode)| *mode)
    }
}

/// What a URL says about TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsPolicy {
    /// Whether to use TLS, and how strictly to verify it.
    pub mode: SslMode,
    /// A PEM file of certificates that are trusted instead of the system's.
    pub root_cert: Option<PathBuf>,
    /// The certificate by which the server can identify the client.
    pub client: Option<ClientCertificate>,
    /// The protocol that both ends must agree on in the handshake (ALPN), if any.
    pub protocol: Option<&'static str>,
}

impl TlsPolicy {
    /// Returns a policy without a client certificate.
    pub fn new(mode: SslMode, root_cert: Option<PathBuf>) -> Self {
        Self {
            mode,
            root_cert,
            client: None,
            protocol: None,
        }
    }

    /// Returns whether the signature of the server's certificate is verified.
    pub fn checks_authority(&self) -> bool {
        match self.mode {
            SslMode::Disable | SslMode::Prefer => false,
            SslMode::Require => self.root_cert.is_some(),
            SslMode::VerifyCa | SslMode::VerifyFull => true,
        }
    }
}

/// Returns a builder of sessions with this policy. Each session has its own [`Ssl`].
pub(crate) fn connector(policy: &TlsPolicy) -> Result<SslConnectorBuilder> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(bug)?;
    let least = Some(SslVersion::TLS1_2);
    builder.set_min_proto_version(least).map_err(bug)?;
    if policy.checks_authority() {
        builder.set_cert_store(authorities(policy)?);
    } else {
        builder.set_verify(SslVerifyMode::NONE);
    }
    if let Some(client) = &policy.client {
        client.show_by(&mut builder)?;
    }
    if let Some(protocol) = policy.protocol {
        builder.set_alpn_protos(&listed(protocol)).map_err(bug)?;
    }
    Ok(builder)
}

/// Returns a protocol as a handshake lists it: its length, then its name.
fn listed(protocol: &str) -> Vec<u8> {
    let length = u8::try_from(protocol.len()).unwrap_or(u8::MAX);
    [&[length], protocol.as_bytes()].concat()
}

/// What to do if direct TLS fails. An older server waits for a request for TLS, misreads the first byte, and closes the
/// connection.
const NO_DIRECT: &str = "leave out sslnegotiation=direct for servers older than PostgreSQL 17";

/// Checks that both ends have agreed on the same protocol, if the policy requires one.
pub(super) fn check_protocol(session: &SslRef, policy: &TlsPolicy) -> Result<()> {
    match policy.protocol {
        Some(wanted) if session.selected_alpn_protocol() != Some(wanted.as_bytes()) => {
            let message = format!("the server accepts TLS, but not the protocol {wanted}");
            Err(Error::new(ErrorKind::Unreachable, message).advise(NO_DIRECT))
        }
        _ => Ok(()),
    }
}

/// Returns a session for a host, before its handshake.
pub(super) fn begin(policy: &TlsPolicy, host: &str) -> Result<Ssl> {
    let mut session = connector(policy)?.build().configure().map_err(bug)?;
    session.set_verify_hostname(policy.mode == SslMode::VerifyFull);
    session.into_ssl(host).map_err(bug)
}

pub(super) fn bug(cause: ErrorStack) -> Error {
    Error::new(ErrorKind::Bug, "internal error: TLS can't be set up").because(cause)
}

/// Returns the certificates of `sslrootcert` and no others, or else the system's. The built-in OpenSSL doesn't find the
/// system's.
fn authorities(policy: &TlsPolicy) -> Result<X509Store> {
    let certificates = match &policy.root_cert {
        Some(path) => read(path)?,
        None => of_system(),
    };
    if certificates.is_empty() {
        let message = "no trusted certificate authority was found";
        return Err(Error::new(ErrorKind::Usage, message)
            .advise("name a file of PEM certificates with sslrootcert=FILE"));
    }
    let mut store = X509StoreBuilder::new().map_err(bug)?;
    for certificate in certificates {
        store.add_cert(certificate).map_err(bug)?;
    }
    Ok(store.build())
}

fn of_system() -> Vec<X509> {
    let found = rustls_native_certs::load_native_certs().certs;
    let readable = found.iter().map(|certificate| X509::from_der(certificate));
    readable.filter_map(std::result::Result::ok).collect()
}

fn read(path: &Path) -> Result<Vec<X509>> {
    let unread = || unusable(path, "can't be read");
    let text = fs::read(path).map_err(|cause| unread().because(cause))?;
    let certificates = X509::stack_from_pem(&text).map_err(|cause| unread().because(cause))?;
    if certificates.is_empty() {
        return Err(unusable(path, "contains no certificate"));
    }
    Ok(certificates)
}

fn unusable(path: &Path, why: &str) -> Error {
    let message = format!("sslrootcert can't be used: the file {why}");
    Error::new(ErrorKind::Usage, message)
        .within(path.display())
        .advise("give a file of PEM certificates")
}

/// Returns the error of a handshake that failed, because of the server's certificate or the connection.
pub(super) fn refused<S>(
    failed: MidHandshakeSslStream<S>,
    policy: &TlsPolicy,
    host: &str,
) -> Error {
    let verified = failed.ssl().verify_result();
    let cause = failed.into_error();
    if verified == X509VerifyResult::OK || cause.code() != ErrorCode::SSL {
        return cannot_begin(cause, policy, host);
    }
    let why = verified.error_string();
    let message = format!("the certificate of {host} isn't trusted: {why}");
    Error::new(ErrorKind::Unreachable, message)
        .because(cause)
        .advise(remedy(verified))
}

/// Returns the error of a handshake that was not completed.
pub(super) fn cannot_begin(
    cause: impl StdError + Send + Sync + 'static,
    policy: &TlsPolicy,
    host: &str,
) -> Error {
    let message = format!("the TLS handshake with {host} failed: {cause}");
    let error = Error::new(ErrorKind::Unreachable, message).because(cause);
    error.advise(match policy.protocol {
        Some(_) => NO_DIRECT,
        None => "check sslmode in --source, and that the server offers TLS 1.2 or later",
    })
}

/// OpenSSL's numbers for what can be wrong with a certificate.
/// <https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/>
const HAS_EXPIRED: i32 = 10;
const HOSTNAME_MISMATCH: i32 = 62;
const IP_ADDRESS_MISMATCH: i32 = 64;

fn remedy(verified: X509VerifyResult) -> &'static str {
    match verified.as_raw() {
        HAS_EXPIRED => {
            "renew the server's certificate, or use sslmode=require without sslrootcert, which encrypts but verifies nothing"
        }
        HOSTNAME_MISMATCH | IP_ADDRESS_MISMATCH => {
            "use the host name that is in the certificate, or sslmode=verify-ca, which doesn't check the host name"
        }
        _ => "name the authority that signed it with sslrootcert=FILE",
    }
}

#[cfg(test)]
pub(super) mod tests;
