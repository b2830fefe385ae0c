//! Certificates of a server with the name `localhost`, of a client, and of the authority that signed them.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};
use std::fs;
use std::path::Path;

/// Writes to a folder: `authority.pem`; `stranger.pem`, an authority that no server trusts; `server.pem` and `server.key`; and
/// for the client with the name `certified`, certificates with keys in each format, and one that the stranger signed.
pub fn write(folder: &Path) {
    write_all(folder).expect("certificates are made");
}

fn write_all(folder: &Path) -> Result<(), ErrorStack> {
    let keep = |name: &str, pem: Vec<u8>| {
        fs::write(folder.join(name), pem).expect("a certificate is written");
    };
    let (authority, authority_key) = authority("authority")?;
    let (stranger, stranger_key) = self::authority("stranger")?;
    let key = key()?;
    let mut builder = builder("localhost", &key)?;
    builder.set_issuer_name(authority.subject_name())?;
    builder.append_extension(BasicConstraints::new().build()?)?;
    let name = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&builder.x509v3_context(Some(&authority), None))?;
    builder.append_extension(name)?;
    builder.sign(&authority_key, MessageDigest::sha256())?;
    keep("authority.pem", authority.to_pem()?);
    keep("stranger.pem", stranger.to_pem()?);
    keep("server.pem", builder.build().to_pem()?);
    keep("server.key", key.private_key_to_pem_pkcs8()?);
    let by_authority = client(&key, &authority, &authority_key)?;
    keep("client.pem", by_authority);
    keep("client-pkcs8.key", key.private_key_to_pem_pkcs8()?);
    keep("client-pkcs1.key", key.rsa()?.private_key_to_pem()?);
    let cipher = Cipher::aes_256_cbc();
    let passphrase = b"a passphrase";
    keep(
        "client-encrypted-pkcs8.key",
        key.private_key_to_pem_pkcs8_passphrase(cipher, passphrase)?,
    );
    let rsa = key.rsa()?;
    keep(
        "client-encrypted-pkcs1.key",
        rsa.private_key_to_pem_passphrase(cipher, passphrase)?,
    );
    keep(
        "strange-client.pem",
        client(&key, &stranger, &stranger_key)?,
    );
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let elliptic = EcKey::generate(&curve)?;
    keep("client-sec1.key", elliptic.private_key_to_pem()?);
    let elliptic = PKey::from_ec_key(elliptic)?;
    keep(
        "client-sec1.pem",
        client(&elliptic, &authority, &authority_key)?,
    );
    Ok(())
}

/// A certificate for the user `certified`.
fn client(
    key: &PKey<Private>,
    authority: &X509,
    authority_key: &PKey<Private>,
) -> Result<Vec<u8>, ErrorStack> {
    let mut builder = builder("certified", key)?;
    builder.set_issuer_name(authority.subject_name())?;
    builder.append_extension(BasicConstraints::new().build()?)?;
    builder.sign(authority_key, MessageDigest::sha256())?;
    builder.build().to_pem()
}

fn authority(name: &str) -> Result<(X509, PKey<Private>), ErrorStack> {
    let key = key()?;
    let mut builder = builder(name, &key)?;
    builder.set_issuer_name(&*name_of(name)?)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().build()?)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok((builder.build(), key))
}

fn key() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_rsa(Rsa::generate(2048)?)
}

fn builder(name: &str, key: &PKey<Private>) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let number = BigNum::from_u32(u32::try_from(name.len()).expect("a short name"))?;
    builder.set_serial_number(&*number.to_asn1_integer()?)?;
    builder.set_subject_name(&*name_of(name)?)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(30)?)?;
    Ok(builder)
}

fn name_of(name: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_text("CN", name)?;
    Ok(builder.build())
}
