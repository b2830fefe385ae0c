//! TLS as URL, service and environment ask for it.

use super::parameters::Said;
use crate::source::wire::{ClientCertificate, SslMode, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use std::path::PathBuf;

/// Where libpq looks for authorities that nobody named.
const DEFAULT_ROOT_CERT: &str = ".postgresql/root.crt";
/// libpq's word for the authorities that the system trusts.
const SYSTEM: &str = "system";
/// What PostgreSQL's protocol is called in a handshake (ALPN).
const PROTOCOL: &str = "postgresql";

/// Whether TLS begins at once, without asking the server for it.
const NEGOTIATIONS: [(&str, bool); 2] = [("postgres", false), ("direct", true)];

/// Whether and how strictly. libpq's defaults: what the server likes better, and the user's own list of authorities.
pub(super) fn policy(said: &Said<'_>) -> Result<TlsPolicy> {
    let mode = said
        .choice("sslmode", &SslMode::NAMES)?
        .unwrap_or(SslMode::Prefer);
    let root_cert = match said.value("sslrootcert") {
        Some(SYSTEM) => None,
        Some(path) => Some(PathBuf::from(path)),
        None if is_weak(mode) => None,
        None => said
            .environment
            .in_home(DEFAULT_ROOT_CERT)
            .filter(|path| path.is_file()),
    };
    let is_direct = said.choice("sslnegotiation", &NEGOTIATIONS)? == Some(true);
    if is_direct && is_weak(mode) {
        return Err(Error::new(
            ErrorKind::Usage,
            "--source: sslnegotiation=direct needs sslmode=require, verify-ca or verify-full",
        )
        .advise("name one of them: a connection that begins with TLS has no way back to none"));
    }
    Ok(TlsPolicy {
        client: client(said)?,
        protocol: is_direct.then_some(PROTOCOL),
        ..TlsPolicy::new(mode, root_cert)
    })
}

/// Whether there may be no TLS.
fn is_weak(mode: SslMode) -> bool {
    matches!(mode, SslMode::Disable | SslMode::Prefer)
}

fn client(said: &Said<'_>) -> Result<Option<ClientCertificate>> {
    match (said.value("sslcert"), said.value("sslkey")) {
        (Some(certificate), Some(key)) => Ok(Some(ClientCertificate {
            certificate: certificate.into(),
            key: key.into(),
        })),
        (None, None) => Ok(None),
        _ => Err(
            Error::new(ErrorKind::Usage, "--source: sslcert and sslkey go together")
                .advise("name both files, or neither; PGSSLCERT and PGSSLKEY are read, too"),
        ),
    }
}
