//! The passwords in a URL.

use super::{Secret, percent_decoded};

/// The other place for a password in PostgreSQL's URLs.
const PARAMETER: &str = "password=";

/// The passwords of a URL, or of a text that contains one: a URL that is invalid, too.
pub(crate) fn passwords_of(arg: &str) -> Vec<Secret> {
    let Some((scheme, url)) = arg.split_once("://") else {
        return Vec::new();
    };
    if scheme.ends_with("sqlite") {
        return Vec::new();
    }
    // In an invalid URL the password might contain an @.
    let login = url.rsplit_once('@').map(|(login, _)| login);
    let of_login = login.and_then(|login| login.split_once(':'));
    let of_login = of_login.map(|(_, password)| password);
    let parameters = url.split(['?', '&']).skip(1);
    parameters
        .filter_map(|pair| pair.strip_prefix(PARAMETER))
        .chain(of_login)
        .filter(|password| !password.is_empty())
        .map(secret)
        .collect()
}

/// The password decoded, as the server gets it, or as written if that is not valid UTF-8.
fn secret(encoded: &str) -> Secret {
    match String::from_utf8(percent_decoded(encoded)) {
        Ok(password) => Secret::new(password),
        Err(_) => Secret::new(encoded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passwords_of_an_argument_are_found() {
        for (arg, expected) in [
            ("mysql://u:p%40%3A@h/d", &["p@:"][..]),
            ("--source=mysql://u:a:b/c@d#e@h/d", &["a:b/c@d#e"]),
            ("postgresql://u:a@h/d?password=b&x=y", &["b", "a"]),
            ("postgresql:///d?host=/s&password=b", &["b"]),
            ("mysql://u:%FF@h/d", &["%FF"]),
            ("mysql://u:@h/d", &[]),
            ("mysql://u@h/d", &[]),
            ("sqlite://a:b@c", &[]),
            ("a:b@c", &[]),
        ] {
            let found = passwords_of(arg);
            let found: Vec<&str> = found.iter().map(Secret::reveal).collect();
            assert_eq!(found, expected, "{arg}");
        }
    }
}
