//! TLS as the URL asks for it: by OpenSSL, as the databases' own clients, so that what these accept of a server is accepted.

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
    /// Encrypted if the server can; nothing is checked.
    Prefer,
    /// Encrypted, or no connection; the certificate is checked only against a given `sslrootcert`.
    Require,
    /// Encrypted, and the certificate is signed by a trusted authority.
    VerifyCa,
    /// Likewise, and it is the host's.
    VerifyFull,
}

impl SslMode {
    /// Each mode, as URLs write it.
    pub const NAMES: [(&str, Self); 5] = [
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];

    /// The mode of a name, as URLs write it.
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, mode)| *mode)
    }
}

/// What a URL says of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsPolicy {
    /// Whether, and how strictly.
    pub mode: SslMode,
    /// Certificates in PEM that are trusted, instead of the system's.
    pub root_cert: Option<PathBuf>,
    /// By which the server may know who we are.
    pub client: Option<ClientCertificate>,
    /// The protocol that both ends agree on in the handshake (ALPN), where there is to be one.
    pub protocol: Option<&'static str>,
}

impl TlsPolicy {
    /// Without a certificate of the client's.
    pub fn new(mode: SslMode, root_cert: Option<PathBuf>) -> Self {
        Self {
            mode,
            root_cert,
            client: None,
            protocol: None,
        }
    }

    /// Whether it is looked at who signed the server's certificate.
    pub fn checks_authority(&self) -> bool {
        match self.mode {
            SslMode::Disable | SslMode::Prefer => false,
            SslMode::Require => self.root_cert.is_some(),
            SslMode::VerifyCa | SslMode::VerifyFull => true,
        }
    }
}

/// The policy for every client; each session has an [`Ssl`] of its own.
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

/// As a handshake lists protocols: each behind its length.
fn listed(protocol: &str) -> Vec<u8> {
    let length = u8::try_from(protocol.len()).unwrap_or(u8::MAX);
    [&[length], protocol.as_bytes()].concat()
}

/// A server that waits for a request for TLS takes its first byte for something else, and closes the connection.
const NO_DIRECT: &str =
    "sslnegotiation=direct needs PostgreSQL 17 or later: leave it out for older servers";

/// Both ends must know that they speak the same protocol, where that is asked for.
pub(super) fn check_protocol(session: &SslRef, policy: &TlsPolicy) -> Result<()> {
    match policy.protocol {
        Some(wanted) if session.selected_alpn_protocol() != Some(wanted.as_bytes()) => {
            let message =
                format!("the server agrees on TLS, and not on the protocol {wanted} in it");
            Err(Error::new(ErrorKind::Unreachable, message).advise(NO_DIRECT))
        }
        _ => Ok(()),
    }
}

/// A session that has yet to shake hands with a host.
pub(super) fn begin(policy: &TlsPolicy, host: &str) -> Result<Ssl> {
    let mut session = connector(policy)?.build().configure().map_err(bug)?;
    session.set_verify_hostname(policy.mode == SslMode::VerifyFull);
    session.into_ssl(host).map_err(bug)
}

pub(super) fn bug(cause: ErrorStack) -> Error {
    Error::new(ErrorKind::Bug, "TLS can't be set up").because(cause)
}

/// The certificates of `sslrootcert` and no others, or the system's. The OpenSSL that is built in knows of no system's.
fn authorities(policy: &TlsPolicy) -> Result<X509Store> {
    let certificates = match &policy.root_cert {
        Some(path) => read(path)?,
        None => of_system(),
    };
    if certificates.is_empty() {
        let message = "there is no certificate authority to trust";
        return Err(Error::new(ErrorKind::Usage, message)
            .advise("name a file with certificates in PEM: sslrootcert=FILE"));
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
    let text = fs::read(path).map_err(|cause| unusable(path).because(cause))?;
    let certificates =
        X509::stack_from_pem(&text).map_err(|cause| unusable(path).because(cause))?;
    if certificates.is_empty() {
        return Err(unusable(path));
    }
    Ok(certificates)
}

fn unusable(path: &Path) -> Error {
    let message = format!(
        "sslrootcert={}: no certificates can be read",
        path.display()
    );
    Error::new(ErrorKind::Usage, message).advise("it must be a file of certificates in PEM")
}

/// The error of a handshake that failed: the server's certificate, or its end of the line.
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
    let message = format!("the certificate of {host} is not trusted: {why}");
    Error::new(ErrorKind::Unreachable, message)
        .because(cause)
        .advise(remedy(verified))
}

/// The error of a handshake that did not come to its end.
pub(super) fn cannot_begin(
    cause: impl StdError + Send + Sync + 'static,
    policy: &TlsPolicy,
    host: &str,
) -> Error {
    let message = format!("TLS with {host} can't begin: {cause}");
    let error = Error::new(ErrorKind::Unreachable, message).because(cause);
    error.advise(match policy.protocol {
        Some(_) => NO_DIRECT,
        None => "check sslmode of --source, and that the server offers TLS 1.2 or later",
    })
}

/// OpenSSL's numbers of what may be wrong with a certificate.
/// <https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/>
const HAS_EXPIRED: i32 = 10;
const HOSTNAME_MISMATCH: i32 = 62;
const IP_ADDRESS_MISMATCH: i32 = 64;

fn remedy(verified: X509VerifyResult) -> &'static str {
    match verified.as_raw() {
        HAS_EXPIRED => {
            "the server needs a new one; sslmode=require without sslrootcert encrypts and verifies nothing"
        }
        HOSTNAME_MISMATCH | IP_ADDRESS_MISMATCH => {
            "name the host as its certificate does; sslmode=verify-ca leaves the host's name out"
        }
        _ => "sslrootcert=FILE names the authority that signed it",
    }
}

#[cfg(test)]
pub(super) mod tests;
