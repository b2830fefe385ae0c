//! TLS as URL, service and environment ask for it, and the client library's part of it.

use super::Outside;
use super::url::Given;
use crate::source::wire::{self, SslMode, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use openssl::ssl::SslFiletype;
use postgres_openssl::MakeTlsConnector;
use std::path::PathBuf;

/// Where libpq looks for authorities that nobody named.
const DEFAULT_ROOT_CERT: &str = ".postgresql/root.crt";
/// libpq's word for the authorities that the system trusts.
const SYSTEM: &str = "system";

/// Whether and how strictly. libpq's defaults: what the server likes better, and the user's own list of authorities.
pub(super) fn policy(given: &Given, outside: &Outside<'_>) -> Result<TlsPolicy> {
    let named = given
        .value("sslmode")
        .or_else(|| outside.value("sslmode", "PGSSLMODE"));
    let mode = named.map_or(Ok(SslMode::Prefer), |name| {
        SslMode::parse(name).ok_or_else(|| unknown(name))
    })?;
    let root_cert = given
        .value("sslrootcert")
        .or_else(|| outside.value("sslrootcert", "PGSSLROOTCERT"));
    let root_cert = match root_cert {
        Some(SYSTEM) => None,
        Some(path) => Some(PathBuf::from(path)),
        None if matches!(mode, SslMode::Disable | SslMode::Prefer) => None,
        None => outside
            .environment
            .in_home(DEFAULT_ROOT_CERT)
            .filter(|path| path.is_file()),
    };
    Ok(TlsPolicy { mode, root_cert })
}

fn unknown(mode: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("--source: sslmode={mode} is not known"),
    )
    .advise("take disable, prefer, require, verify-ca or verify-full")
}

/// The files of the client's own certificate.
pub(super) fn client_certificate(
    given: &Given,
    outside: &Outside<'_>,
) -> Option<(PathBuf, PathBuf)> {
    let certificate = given
        .value("sslcert")
        .or_else(|| outside.value("sslcert", "PGSSLCERT"))?;
    let key = given
        .value("sslkey")
        .or_else(|| outside.value("sslkey", "PGSSLKEY"))?;
    Some((certificate.into(), key.into()))
}

/// The same policy for the client library.
pub(super) fn connector(
    policy: &TlsPolicy,
    client_certificate: Option<&(PathBuf, PathBuf)>,
) -> Result<MakeTlsConnector> {
    let mut builder = wire::connector(policy)?;
    if let Some((certificate, key)) = client_certificate {
        let taken = builder
            .set_certificate_chain_file(certificate)
            .and_then(|()| builder.set_private_key_file(key, SslFiletype::PEM));
        taken.map_err(|cause| {
            Error::new(ErrorKind::Usage, "--source: TLS can't be set up")
                .because(cause)
                .advise("check the files of sslcert and sslkey: they are in PEM")
        })?;
    }
    let mut connector = MakeTlsConnector::new(builder.build());
    if policy.mode != SslMode::VerifyFull {
        connector.set_callback(|connect, _| {
            connect.set_verify_hostname(false);
            Ok(())
        });
    }
    Ok(connector)
}
