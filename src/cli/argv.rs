//! The argument list, and passwords in it, where every user of the machine can read them.

use crate::secret::{Secret, percent_decoded};
use std::ffi::OsString;

/// How PostgreSQL's URLs may name a password, too.
const PARAMETER: &str = "password=";

/// The passwords of all URLs among the arguments of this process: no report quotes them.
pub(super) fn passwords() -> Vec<Secret> {
    arguments().flat_map(|arg| passwords_of(&arg)).collect()
}

/// What is wrong with a source that stands among the arguments together with its password.
pub(super) fn warning(source: Option<&str>) -> Option<String> {
    let source = source?;
    let is_shown = arguments().any(|arg| arg.ends_with(source));
    (is_shown && !passwords_of(source).is_empty()).then(|| {
        "every user of this machine can read the password in --source, in its list of processes: give the password by \
         FIRSTSEEN_PASSWORD or --password-file, or the URL by FIRSTSEEN_SOURCE"
            .to_owned()
    })
}

/// The arguments behind the program's name, what is no text in them replaced.
pub(super) fn words() -> Vec<String> {
    let arguments = std::env::args_os().skip(1);
    arguments
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect()
}

fn arguments() -> impl Iterator<Item = String> {
    // A URL is text; so no password is missed.
    std::env::args_os().filter_map(|arg| OsString::into_string(arg).ok())
}

fn passwords_of(arg: &str) -> Vec<Secret> {
    let Some((scheme, url)) = arg.split_once("://") else {
        return Vec::new();
    };
    if scheme.ends_with("sqlite") {
        return Vec::new();
    }
    // A URL that is none may have an @ in its password.
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

/// As a server takes it, or as it stands.
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
