//! How a password is sent to a server, or proved to it.

use super::super::login::Login;
use crate::secret::Secret;
use crate::{Error, ErrorKind};
use mysql_common::packets::AuthPlugin;
use openssl::error::ErrorStack;
use openssl::rsa::{Padding, Rsa};

/// Who can read what is sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// Anyone on the network path.
    Open,
    /// Nobody outside the machine.
    Socket,
    /// Only the server.
    Encrypted,
}

/// What `caching_sha2_password` sends: the server knows the hash, or requires the password itself.
const HASH_IS_KNOWN: u8 = 3;
const WANTS_PASSWORD: u8 = 4;
/// The request for the server's public key.
const ASK_FOR_KEY: u8 = 2;
/// How a PEM key begins.
const PEM: &[u8] = b"-----BEGIN";

/// Returns the answer to a scramble, which is empty without a password. `None` if the authentication method is not
/// supported.
pub(super) fn answer(plugin: &AuthPlugin<'_>, login: &Login, scramble: &[u8]) -> Option<Vec<u8>> {
    match plugin {
        AuthPlugin::MysqlNativePassword | AuthPlugin::CachingSha2Password => {
            let answer = plugin.gen_data(revealed(login), scramble);
            Some(answer.map(|answer| answer.to_vec()).unwrap_or_default())
        }
        // These need the password in cleartext, or as a broken hash. We never send either.
        AuthPlugin::MysqlOldPassword | AuthPlugin::MysqlClearPassword | AuthPlugin::Other(_) => {
            None
        }
    }
}

/// Returns the answer when `caching_sha2_password` continues. The password itself is sent only where nobody else can read
/// it. Otherwise it is encrypted with the server's key.
pub(super) fn go_on(
    data: &[u8],
    login: &Login,
    scramble: &[u8],
    channel: Channel,
) -> Result<Option<Vec<u8>>, Error> {
    let password = revealed(login).unwrap_or_default();
    match data {
        [HASH_IS_KNOWN] => Ok(None),
        [WANTS_PASSWORD] if channel == Channel::Open => Ok(Some(vec![ASK_FOR_KEY])),
        [WANTS_PASSWORD] => Ok(Some(terminated(password))),
        key if key.starts_with(PEM) && channel == Channel::Open => {
            encrypted(password, scramble, key)
                .map(Some)
                .map_err(|cause| no_key().because(cause))
        }
        _ => Err(no_key()),
    }
}

fn revealed(login: &Login) -> Option<&str> {
    login.password.as_ref().map(Secret::reveal)
}

fn no_key() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        "the public key that the server sent for the password can't be used",
    )
    .advise("use sslmode=require, which doesn't need the key")
}

fn terminated(password: &str) -> Vec<u8> {
    let mut bytes = password.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

/// Encrypts a password: XOR with the scramble, then RSA with OAEP.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html>
fn encrypted(password: &str, scramble: &[u8], key: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut bytes = terminated(password);
    for (byte, mask) in bytes.iter_mut().zip(scramble.iter().cycle()) {
        *byte ^= mask;
    }
    let key = Rsa::public_key_from_pem(key)?;
    let mut encrypted = vec![0; usize::try_from(key.size()).unwrap_or_default()];
    let length = key.public_encrypt(&bytes, &mut encrypted, Padding::PKCS1_OAEP)?;
    encrypted.truncate(length);
    Ok(encrypted)
}

#[cfg(test)]
mod tests {
    use super::super::super::login::Login;
    use super::*;
    use crate::job::ServerUrl;
    use url::Url;

    fn login(password: &str) -> Login {
        let url = format!("mysql://r:{password}@h/d");
        Login::parse(&ServerUrl::new(Url::parse(&url).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn the_password_is_sent_in_cleartext_only_where_nobody_else_can_read_it() {
        let login = login("secret");
        let scramble = [7; 20];
        let go_on = |data: &[u8], channel| go_on(data, &login, &scramble, channel);
        assert_eq!(
            go_on(&[WANTS_PASSWORD], Channel::Encrypted)
                .unwrap()
                .unwrap(),
            b"secret\0"
        );
        assert_eq!(
            go_on(&[WANTS_PASSWORD], Channel::Socket).unwrap().unwrap(),
            b"secret\0"
        );
        assert_eq!(
            go_on(&[WANTS_PASSWORD], Channel::Open).unwrap().unwrap(),
            [ASK_FOR_KEY]
        );
        assert_eq!(go_on(&[HASH_IS_KNOWN], Channel::Open).unwrap(), None);
        for nonsense in [&b""[..], b"\x05", b"-----BEGIN PUBLIC KEY-----\nno key\n"] {
            assert!(go_on(nonsense, Channel::Open).is_err());
        }
    }

    #[test]
    fn the_server_reads_the_password_with_its_private_key() {
        let pair = Rsa::generate(2048).unwrap();
        let key = pair.public_key_to_pem().unwrap();
        let scramble = [0x55; 20];
        let sent = go_on(&key, &login("pa%25ss"), &scramble, Channel::Open)
            .unwrap()
            .unwrap();
        let mut opened = vec![0; 256];
        let length = pair
            .private_decrypt(&sent, &mut opened, Padding::PKCS1_OAEP)
            .unwrap();
        let password: Vec<_> = opened[..length].iter().map(|byte| byte ^ 0x55).collect();
        assert_eq!(password, b"pa%ss\0");
    }

    #[test]
    fn an_unknown_authentication_method_gets_no_answer() {
        let answer = |plugin| answer(&plugin, &login("secret"), &[1; 20]);
        assert_eq!(answer(AuthPlugin::MysqlNativePassword).unwrap().len(), 20);
        assert_eq!(answer(AuthPlugin::CachingSha2Password).unwrap().len(), 32);
        assert_eq!(answer(AuthPlugin::MysqlClearPassword), None);
        assert_eq!(answer(AuthPlugin::from_bytes(b"client_ed25519")), None);
    }
}
