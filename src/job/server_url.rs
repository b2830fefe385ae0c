//! The URL of a server. Its password is kept apart.

use crate::secret::{Secret, percent_decoded};
use crate::{Error, ErrorKind, Result};
use std::fmt;
use url::Url;

/// A server's URL without the password, which is kept as a [`Secret`].
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    url: Url,
    password: Option<Secret>,
}

impl ServerUrl {
    /// Takes the password out of a URL: the one before the host, or PostgreSQL's parameter, which overrides it.
    pub fn new(mut url: Url) -> Result<Self> {
        check_encoding(&url)?;
        let mut password = url.password().map(decoded).transpose()?;
        if password.is_some() && url.set_password(None).is_err() {
            return Err(usage("has a password but no host"));
        }
        if is_postgres(&url) {
            password = take_parameter(&mut url)?.or(password);
        }
        let password = password.filter(|password| !password.reveal().is_empty());
        Ok(Self { url, password })
    }

    /// The URL without the password.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The password, if one is known.
    pub(crate) fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// Returns the URL with this password, unless it already has one.
    pub(super) fn or_password(self, password: Option<Secret>) -> Self {
        let password = self.password.or(password);
        Self { password, ..self }
    }

    /// Returns the same login with another URL, which has no password.
    pub(super) fn at(self, url: Url) -> Self {
        Self { url, ..self }
    }

    /// Checks that the URL names a database: a session begins in one.
    pub(super) fn check_database(&self) -> Result<()> {
        if self.url.path().trim_start_matches('/').is_empty() {
            return Err(usage("names no database"));
        }
        Ok(())
    }

    /// Host, port and database.
    pub(super) fn redacted(&self) -> String {
        let Self { url, .. } = self;
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        format!("{}://{host}{port}{}", url.scheme(), url.path())
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

fn is_postgres(url: &Url) -> bool {
    url.scheme() == "postgresql"
}

/// A `/`, `?` or `#` in a password that is not percent-encoded ends the host part of a URL early. The rest of the password
/// would be taken for the database, which is not secret.
fn check_encoding(url: &Url) -> Result<()> {
    let query = url.query().unwrap_or_default();
    let names = query.split('&').map(|pair| match pair.split_once('=') {
        // The value of a libpq parameter can contain an @, as Azure's user names do.
        Some((name, _)) if is_postgres(url) => name,
        _ => pair,
    });
    let is_split = url.path().contains('@')
        || url.fragment().is_some()
        || names.into_iter().any(|name| name.contains('@'));
    if is_split {
        return Err(usage("has an @ or # after the host"));
    }
    Ok(())
}

fn decoded(encoded: &str) -> Result<Secret> {
    String::from_utf8(percent_decoded(encoded))
        .map(Secret::new)
        // The cause would contain the bytes.
        .map_err(|_| usage("has a password that is not valid UTF-8"))
}

/// Takes PostgreSQL's parameter `password` out of the query. The last one counts.
fn take_parameter(url: &mut Url) -> Result<Option<Secret>> {
    let mut password = None;
    let mut kept = Vec::new();
    for pair in url.query().unwrap_or_default().split('&') {
        match pair.split_once('=') {
            Some((name, value)) if percent_decoded(name) == b"password" => {
                password = Some(decoded(value)?);
            }
            _ => kept.push(pair),
        }
    }
    if password.is_some() {
        let query = kept.join("&");
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    }
    Ok(password)
}

/// An error about `--source`: what is wrong with it, and how to write it.
pub(super) fn usage(fault: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("--source {fault}")).advise(
        "write mysql://USER:PASSWORD@HOST:3306/DATABASE, postgresql://USER:PASSWORD@HOST:5432/DATABASE or sqlite://PATH; \
         percent-encode special characters in the password (@ is %40)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Result<ServerUrl> {
        ServerUrl::new(Url::parse(url).expect("a URL"))
    }

    #[test]
    fn the_password_is_taken_out_of_the_url() {
        for (url, rest, password) in [
            (
                "mysql://r:p%3A%2F@h/d?a=b",
                "mysql://r@h/d?a=b",
                Some("p:/"),
            ),
            ("mysql://r:p%zz%@h/d", "mysql://r@h/d", Some("p%zz%")),
            ("mysql://r:@h/d", "mysql://r@h/d", None),
            ("postgresql://r@h/d", "postgresql://r@h/d", None),
            (
                "postgresql:///d?password=a%26+b&host=/s",
                "postgresql:///d?host=/s",
                Some("a&+b"),
            ),
            (
                "postgresql://r:a@h/d?password=b",
                "postgresql://r@h/d",
                Some("b"),
            ),
            (
                "postgresql://h/d?user=a@b&p%61ssword=c",
                "postgresql://h/d?user=a@b",
                Some("c"),
            ),
        ] {
            let server = server(url).unwrap();
            assert_eq!(server.url().as_str(), rest);
            assert_eq!(server.password().map(Secret::reveal), password, "{url}");
        }
    }

    #[test]
    fn a_password_that_is_not_encoded_is_never_taken_for_a_database() {
        for url in [
            "mysql://r:p@ss/hunter2@h/d",
            "mysql://r:12/hunter2@h/d",
            "mysql://r:12?hunter2@h/d",
            "mysql://r:12/3#hunter2@h/d",
            "postgresql://r:12/hunter2@h/d",
            "postgresql://r:12/3?hunter2@h/d",
            "mysql://r:hunter2%FF@h/d",
        ] {
            let Err(error) = server(url) else {
                panic!("{url} was accepted");
            };
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
