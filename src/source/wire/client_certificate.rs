//! The client's own certificate, by which a server may let it in instead of a password.

use crate::{Error, ErrorKind, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What nobody but the key's owner may do.
const OTHERS: u32 = 0o077;
/// Likewise of a key that belongs to root, which a group may read.
const OTHERS_OF_ROOTS: u32 = 0o037;

/// The files of a certificate and its key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    /// The certificate, and those that lead from it to an authority.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl ClientCertificate {
    /// The chain and the key.
    pub(super) fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let chain: Vec<_> = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect)
            .map_err(|cause| {
                unusable("sslcert", &self.certificate, "is not read").because(cause)
            })?;
        if chain.is_empty() {
            return Err(unusable("sslcert", &self.certificate, "has no certificate"));
        }
        Ok((chain, key(&self.key)?))
    }
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let unread = |cause| unusable("sslkey", path, "is not read").because(cause);
    let metadata = fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err(unusable("sslkey", path, "is not a file"));
    }
    if others_have_access(&metadata) {
        let message = format!("sslkey={}: others have access to the key", path.display());
        return Err(Error::new(ErrorKind::Usage, message).advise("chmod 600 it"));
    }
    let pem = fs::read(path).map_err(unread)?;
    if is_encrypted(&pem) {
        let message = format!("sslkey={}: the key is encrypted", path.display());
        return Err(Error::new(ErrorKind::Usage, message).advise(
            "there is no way to give its passphrase: openssl pkey -in KEY -out FILE decrypts it; chmod 600 the new file",
        ));
    }
    // The cause would say nothing that helps, and might hold bytes of the key.
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| unusable("sslkey", path, "has no private key"))
}

/// As libpq looks at it.
fn others_have_access(metadata: &Metadata) -> bool {
    let forbidden = match metadata.uid() {
        0 => OTHERS_OF_ROOTS,
        _ => OTHERS,
    };
    metadata.permissions().mode() & forbidden != 0
}

/// Of PKCS#8, `ENCRYPTED PRIVATE KEY`; of the older forms, `Proc-Type: 4,ENCRYPTED`.
fn is_encrypted(pem: &[u8]) -> bool {
    const WORD: &[u8] = b"ENCRYPTED";
    pem.windows(WORD.len()).any(|bytes| bytes == WORD)
}

fn unusable(parameter: &str, path: &Path, why: &str) -> Error {
    let message = format!("{parameter}={}: the file {why}", path.display());
    Error::new(ErrorKind::Usage, message)
        .advise("sslcert is a certificate in PEM, and sslkey its key: PKCS#8, PKCS#1 or SEC1")
}
