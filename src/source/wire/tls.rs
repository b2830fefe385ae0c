//! TLS as the URL asks for it.

use super::ClientCertificate;
use crate::{Error, ErrorKind, Result};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// The mode of a name, as URLs write it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "disable" => Some(Self::Disable),
            "prefer" => Some(Self::Prefer),
            "require" => Some(Self::Require),
            "verify-ca" => Some(Self::VerifyCa),
            "verify-full" => Some(Self::VerifyFull),
            _ => None,
        }
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

/// What is checked of a server's certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndHost,
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

    fn check(&self) -> Check {
        match self.mode {
            SslMode::Require if self.root_cert.is_some() => Check::Authority,
            SslMode::Disable | SslMode::Prefer | SslMode::Require => Check::Nothing,
            SslMode::VerifyCa => Check::Authority,
            SslMode::VerifyFull => Check::AuthorityAndHost,
        }
    }
}

/// A client that has yet to shake hands.
pub(super) fn begin(policy: &TlsPolicy, host: &str) -> Result<ClientConnection> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| bug(&cause))?;
    let config = match policy.check() {
        Check::Nothing => {
            let anyone = Authority {
                provider,
                roots: None,
            };
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(anyone))
        }
        Check::Authority => {
            let roots = Some(roots(policy)?);
            let authority = Authority { provider, roots };
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(authority))
        }
        Check::AuthorityAndHost => {
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots(policy)?), provider)
                    .build()
                    .map_err(|cause| {
                        Error::new(ErrorKind::Usage, "sslrootcert trusts nobody").because(cause)
                    })?;
            config.with_webpki_verifier(verifier)
        }
    };
    let name = ServerName::try_from(host.to_owned()).map_err(|cause| {
        Error::new(ErrorKind::Usage, "--source: the host is no name").because(cause)
    })?;
    let mut config = match &policy.client {
        None => config.with_no_client_auth(),
        Some(client) => {
            let (chain, key) = client.read()?;
            config
                .with_client_auth_cert(chain, key)
                .map_err(unfit_certificate)?
        }
    };
    let protocol = policy.protocol.map(|name| name.as_bytes().to_vec());
    config.alpn_protocols = protocol.into_iter().collect();
    ClientConnection::new(Arc::new(config), name).map_err(|cause| bug(&cause))
}

fn unfit_certificate(cause: rustls::Error) -> Error {
    let message = "sslcert and sslkey: they don't belong together, or the key is of no known kind";
    Error::new(ErrorKind::Usage, message).because(cause).advise(
        "the first certificate of sslcert must be that of sslkey; RSA, ECDSA and Ed25519 are known",
    )
}

/// Both ends must know that they speak the same protocol, where that is asked for.
pub(super) fn check_protocol(tls: &ClientConnection, policy: &TlsPolicy) -> Result<()> {
    match policy.protocol {
        Some(wanted) if tls.alpn_protocol() != Some(wanted.as_bytes()) => {
            let message =
                format!("the server agrees on TLS, and not on the protocol {wanted} in it");
            Err(Error::new(ErrorKind::Unreachable, message).advise(
                "sslnegotiation=direct needs PostgreSQL 17 or later: leave it out for older servers",
            ))
        }
        _ => Ok(()),
    }
}

fn bug(cause: &rustls::Error) -> Error {
    Error::new(ErrorKind::Bug, "TLS can't be set up").because(cause.clone())
}

/// The certificates of `sslrootcert`, or the system's.
fn roots(policy: &TlsPolicy) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match &policy.root_cert {
        Some(path) => {
            for certificate in read(path)? {
                roots
                    .add(certificate)
                    .map_err(|cause| unusable(path).because(cause))?;
            }
        }
        None => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    }
    if roots.is_empty() {
        return Err(Error::new(
            ErrorKind::Usage,
            "there is no certificate authority to trust",
        )
        .advise("name a file with certificates in PEM: sslrootcert=FILE"));
    }
    Ok(roots)
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|cause| unusable(path).because(cause))
}

fn unusable(path: &Path) -> Error {
    let message = format!(
        "sslrootcert={}: no certificates can be read",
        path.display()
    );
    Error::new(ErrorKind::Usage, message).advise("it must be a file of certificates in PEM")
}

/// The error of a handshake that failed: the server's certificate, or its end of the line.
pub(super) fn refused(cause: io::Error, policy: &TlsPolicy, host: &str) -> Error {
    let is_certificate = cause
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>())
        .is_some_and(|cause| matches!(cause, rustls::Error::InvalidCertificate(_)));
    let (message, advice) = if is_certificate {
        (
            format!("the certificate of {host} is not trusted: {cause}"),
            match policy.mode {
                SslMode::VerifyFull => {
                    "sslrootcert=FILE names the authority that signed it; sslmode=verify-ca leaves the host's name out"
                }
                _ => "sslrootcert=FILE names the authority that signed it",
            },
        )
    } else {
        (
            format!("TLS with {host} can't begin: {cause}"),
            "check sslmode of --source, and that the server offers TLS 1.2 or later",
        )
    };
    Error::new(ErrorKind::Unreachable, message)
        .because(cause)
        .advise(advice)
}

/// Checks who signed a certificate, if anything, and not whose it is.
#[derive(Debug)]
struct Authority {
    provider: Arc<CryptoProvider>,
    roots: Option<RootCertStore>,
}

impl ServerCertVerifier for Authority {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                roots,
                intermediates,
                now,
                algorithms,
            )?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
