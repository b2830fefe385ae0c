//! SHA-256, as written by the manifest and by `sha256sum`.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::{self, Read};

/// Bytes that are read and hashed at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// The checksum of the rest of `file`. `look` is called before each block; its error ends the reading.
pub(crate) fn of<E: From<io::Error>>(
    mut file: impl Read,
    look: impl Fn() -> Result<(), E>,
) -> Result<String, E> {
    let mut sha256 = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        look()?;
        match file.read(&mut block) {
            Ok(0) => return Ok(finished(sha256)),
            Ok(read) => sha256.update(block.get(..read).unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause.into()),
        }
    }
}

/// The checksum of a test's bytes.
#[cfg(test)]
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    let mut sha256 = Sha256::new();
    sha256.update(bytes);
    finished(sha256)
}

/// The checksum of everything hashed so far, in hexadecimal digits.
pub(crate) fn finished(sha256: Sha256) -> String {
    hexadecimal(&sha256.finalize())
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_sha256sum() {
        let of = |bytes: &[u8]| of(bytes, || Ok::<_, io::Error>(())).unwrap();
        assert_eq!(
            of(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            of(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
