//! Channel binding, which ties a SCRAM login to its TLS connection. RFC 5929, `tls-server-end-point`.

use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::x509::X509;
use postgres_protocol::authentication::sasl::ChannelBinding;

/// A hash of the server's certificate.
pub(super) struct Binding(Vec<u8>);

impl Binding {
    /// Hashes a DER certificate with the hash function of its own signature, or with SHA-256 if that one is weaker.
    /// `None` if the signature names no hash function.
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let parsed = X509::from_der(certificate).ok()?;
        let signature = parsed.signature_algorithm().object().nid();
        let digest = match signature.signature_algorithms()?.digest {
            Nid::MD5 | Nid::SHA1 => MessageDigest::sha256(),
            digest => MessageDigest::from_nid(digest)?,
        };
        let hash = hash(digest, certificate).ok()?;
        Some(Self(hash.to_vec()))
    }
}

/// What SCRAM says about the channel: it is bound; it could be bound but isn't, so that a server that supports binding too
/// detects someone in the middle; or binding isn't supported.
pub(super) fn bind(binding: Option<Binding>, is_bound: bool) -> ChannelBinding {
    match binding {
        Some(Binding(hash)) if is_bound => ChannelBinding::tls_server_end_point(hash),
        Some(_) => ChannelBinding::unrequested(),
        None => ChannelBinding::unsupported(),
    }
}
