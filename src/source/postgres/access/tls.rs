//! The TLS policy from the URL, the service and the environment.

use super::parameters::Parameters;
use crate::source::wire::{ClientCertificate, SslMode, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use std::path::PathBuf;

/// Where libpq looks for CA certificates by default.
const DEFAULT_ROOT_CERT: &str = ".postgresql/root.crt";
/// libpq's name for the CA certificates that the system trusts.
const SYSTEM: &str = "system";
/// The name of PostgreSQL's protocol in a TLS handshake (ALPN).
const PROTOCOL: &str = "postgresql";

/// Whether TLS starts immediately, without asking the server for it.
const NEGOTIATIONS: [(&str, bool); 2] = [("postgres", false), ("direct", true)];

/// Whether TLS is used, and how strictly. The defaults are libpq's: TLS if the server supports it, and the user's own CA
/// certificates.
pub(super) fn policy(parameters: &Parameters<'_>) -> Result<TlsPolicy> {
    let mode = parameters
        .choice("sslmode", &SslMode::NAMES)?
        .unwrap_or(SslMode::Prefer);
    let root_cert = match parameters.value("sslrootcert") {
        Some(SYSTEM) => None,
        Some(path) => Some(PathBuf::from(path)),
        None if is_weak(mode) => None,
        None => parameters
            .environment
            .in_home(DEFAULT_ROOT_CERT)
            .filter(|path| path.is_file()),
    };
    let is_direct = parameters.choice("sslnegotiation", &NEGOTIATIONS)? == Some(true);
    if is_direct && is_weak(mode) {
        return Err(Error::new(
            ErrorKind::Usage,
            "--source: sslnegotiation=direct requires sslmode=require, verify-ca or verify-full",
        )
        .advise(
            "set sslmode to one of them: a connection that starts with TLS can't fall back to none",
        ));
    }
    Ok(TlsPolicy {
        client: client(parameters)?,
        protocol: is_direct.then_some(PROTOCOL),
        ..TlsPolicy::new(mode, root_cert)
    })
}

/// Whether a connection without TLS is allowed.
fn is_weak(mode: SslMode) -> bool {
    matches!(mode, SslMode::Disable | SslMode::Prefer)
}

fn client(parameters: &Parameters<'_>) -> Result<Option<ClientCertificate>> {
    match (parameters.value("sslcert"), parameters.value("sslkey")) {
        (Some(certificate), Some(key)) => Ok(Some(ClientCertificate {
            certificate: certificate.into(),
            key: key.into(),
        })),
        (None, None) => Ok(None),
        _ => Err(Error::new(
            ErrorKind::Usage,
            "--source: sslcert and sslkey must be given together",
        )
        .advise("give both files or neither, in --source or with PGSSLCERT and PGSSLKEY")),
    }
}
