//! The URL of a server, and its password apart from it.

use crate::secret::{Secret, percent_decoded};
use crate::{Error, ErrorKind, Result};
use std::fmt;
use url::Url;

/// A server's URL. No password stands in it: that is kept as a [`Secret`].
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    url: Url,
    password: Option<Secret>,
}

impl ServerUrl {
    /// Takes the password out of a URL: the one before the host, and PostgreSQL's parameter, which wins.
    pub fn new(mut url: Url) -> Result<Self> {
        check_encoding(&url)?;
        let mut password = url.password().map(decoded).transpose()?;
        if password.is_some() && url.set_password(None).is_err() {
            return Err(usage("the source has a password, and no host"));
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

    /// The password, where one is known.
    pub(crate) fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// With this password, if it has none.
    pub(super) fn or_password(self, password: Option<Secret>) -> Self {
        let password = self.password.or(password);
        Self { password, ..self }
    }

    /// With another URL, which has no password.
    pub(super) fn at(self, url: Url) -> Self {
        Self { url, ..self }
    }

    /// A session begins in a database.
    pub(super) fn check_database(&self) -> Result<()> {
        if self.url.path().trim_start_matches('/').is_empty() {
            return Err(usage("the source names no database"));
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

/// A password whose `/`, `?` or `#` is not percent-encoded ends the host's part of a URL early: the rest of it would be
/// taken for a database, which everybody may see.
fn check_encoding(url: &Url) -> Result<()> {
    let query = url.query().unwrap_or_default();
    let names = query.split('&').map(|pair| match pair.split_once('=') {
        // A value of libpq's may hold an @, as Azure's users do.
        Some((name, _)) if is_postgres(url) => name,
        _ => pair,
    });
    let is_split = url.path().contains('@')
        || url.fragment().is_some()
        || names.into_iter().any(|name| name.contains('@'));
    if is_split {
        return Err(usage("an @ or # stands behind the source's host"));
    }
    Ok(())
}

fn decoded(encoded: &str) -> Result<Secret> {
    String::from_utf8(percent_decoded(encoded))
        .map(Secret::new)
        // The cause would hold the bytes.
        .map_err(|_| usage("the password is no text in UTF-8"))
}

/// Takes PostgreSQL's parameter `password` out of the query; the last one counts.
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

/// An error of `--source`, and how one is written.
pub(super) fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("--source: {message}")).advise(
        "write mysql://USER:PASSWORD@HOST:3306/DATABASE, postgresql://USER:PASSWORD@HOST:5432/DATABASE or sqlite://PATH; \
         special characters of a password are percent-encoded (@ is %40)",
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
                panic!("{url} was taken");
            };
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
