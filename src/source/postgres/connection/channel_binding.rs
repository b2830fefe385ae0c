//! Channel binding: what ties a SCRAM login to the TLS connection that it is made on. RFC 5929, `tls-server-end-point`.

use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::x509::X509;
use postgres_protocol::authentication::sasl::ChannelBinding;

/// The hash of the server's certificate.
pub(super) struct Binding(Vec<u8>);

impl Binding {
    /// Hashes a certificate in DER as its own signature does; by SHA-256 where that one is weaker. `None` where the
    /// signature names no hash.
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

/// What SCRAM says of the channel: bound; not bound though we could, so that a server that could, too, knows that
/// somebody stands between; or not to be bound.
pub(super) fn bind(binding: Option<Binding>, is_bound: bool) -> ChannelBinding {
    match binding {
        Some(Binding(hash)) if is_bound => ChannelBinding::tls_server_end_point(hash),
        Some(_) => ChannelBinding::unrequested(),
        None => ChannelBinding::unsupported(),
    }
}
