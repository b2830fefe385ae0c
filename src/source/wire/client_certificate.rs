//! The client's own certificate, which a server can accept instead of a password.

use crate::{Error, ErrorKind, Result};
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::SslContextBuilder;
use openssl::x509::X509;
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Permissions that only the key's owner can have.
const OTHERS: u32 = 0o077;
/// The same for a key that belongs to root, which a group is allowed to read.
const OTHERS_OF_ROOTS: u32 = 0o037;

/// The PEM files of a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    /// The certificate, followed by those that lead from it to an authority.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl ClientCertificate {
    /// Makes a client present it.
    pub(super) fn show_by(&self, builder: &mut SslContextBuilder) -> Result<()> {
        let chain = self.chain()?;
        let key = key(&self.key)?;
        let mut chain = chain.into_iter();
        let Some(own) = chain.next() else {
            return Err(unusable(
                "sslcert",
                &self.certificate,
                "contains no certificate",
            ));
        };
        let shown = builder
            .set_certificate(&own)
            .and_then(|()| builder.set_private_key(&key))
            .and_then(|()| builder.check_private_key())
            .and_then(|()| chain.try_for_each(|next| builder.add_extra_chain_cert(next)));
        shown.map_err(unfit)
    }

    fn chain(&self) -> Result<Vec<X509>> {
        let unread = || unusable("sslcert", &self.certificate, "can't be read");
        let pem = fs::read(&self.certificate).map_err(|cause| unread().because(cause))?;
        X509::stack_from_pem(&pem).map_err(|cause| unread().because(cause))
    }
}

fn unfit(cause: ErrorStack) -> Error {
    let message = "sslcert and sslkey don't belong together, or the key's type isn't supported";
    Error::new(ErrorKind::Usage, message)
        .because(cause)
        .advise("make sure that the first certificate in sslcert belongs to the key in sslkey")
}

fn key(path: &Path) -> Result<PKey<Private>> {
    let unread = |cause| unusable("sslkey", path, "can't be read").because(cause);
    let metadata = fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err(unusable("sslkey", path, "isn't a regular file"));
    }
    if others_have_access(&metadata) {
        let message = "sslkey can't be used: group or others have access to the file";
        return Err(Error::new(ErrorKind::Usage, message)
            .within(path.display())
            .advise(format!("run chmod 600 {}", path.display())));
    }
    let pem = fs::read(path).map_err(unread)?;
    if is_encrypted(&pem) {
        let message = "sslkey can't be used: the key is encrypted";
        let error = Error::new(ErrorKind::Usage, message).within(path.display());
        return Err(error.advise(
            "decrypt it with openssl pkey -in KEY -out FILE, and chmod 600 the new file; a passphrase can't be given",
        ));
    }
    // The cause wouldn't help, and might contain bytes of the key.
    PKey::private_key_from_pem(&pem)
        .map_err(|_| unusable("sslkey", path, "contains no private key"))
}

/// Returns whether others have access, by libpq's rules.
fn others_have_access(metadata: &Metadata) -> bool {
    let forbidden = match metadata.uid() {
        0 => OTHERS_OF_ROOTS,
        _ => OTHERS,
    };
    metadata.permissions().mode() & forbidden != 0
}

/// Returns whether a key is encrypted: `ENCRYPTED PRIVATE KEY` in PKCS#8, `Proc-Type: 4,ENCRYPTED` in the older formats.
fn is_encrypted(pem: &[u8]) -> bool {
    const WORD: &[u8] = b"ENCRYPTED";
    pem.windows(WORD.len()).any(|bytes| bytes == WORD)
}

fn unusable(parameter: &str, path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("{parameter} can't be used: the file {why}"),
    )
    .within(path.display())
    .advise("give sslcert a PEM certificate, and sslkey its key in PKCS#8, PKCS#1 or SEC1")
}
