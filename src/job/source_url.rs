//! `--source`: which database, and what of its URL may be shown.

use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

/// A checked source. Its `Debug` and `Display` show neither user nor password.
#[derive(Clone, PartialEq, Eq)]
pub enum SourceUrl {
    /// `mysql://` or `mariadb://`, with the scheme `mysql`.
    MySql(Url),
    /// `postgresql://` or `postgres://`, with the scheme `postgresql`.
    Postgres(Url),
    /// `sqlite://PATH`: a path as it stands, never percent-decoded.
    Sqlite(PathBuf),
}

impl SourceUrl {
    /// Parses a URL. A relative SQLite path is taken from `base`.
    pub fn parse(text: &str, base: &Path) -> Result<Self> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(usage("the SQLite source names no file"));
            }
            return Ok(Self::Sqlite(base.join(path)));
        }
        // The parser's message never holds the URL itself, so it may be shown.
        let url = Url::parse(text).map_err(|cause| usage("the source is no URL").because(cause))?;
        match url.scheme() {
            "mysql" | "mariadb" => Self::server(&url, "mysql").map(Self::MySql),
            "postgresql" | "postgres" => Self::server(&url, "postgresql").map(Self::Postgres),
            _ => Err(usage("the source's scheme is not known")),
        }
    }

    fn server(url: &Url, scheme: &str) -> Result<Url> {
        if url.path().trim_start_matches('/').is_empty() {
            return Err(usage("the source names no database"));
        }
        let text = url.as_str();
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        Url::parse(&format!("{scheme}://{rest}"))
            .map_err(|cause| usage("the source is no URL").because(cause))
    }

    /// Host, port and database, or the file: what logs and manifests may hold.
    pub fn redacted(&self) -> String {
        match self {
            Self::MySql(url) | Self::Postgres(url) => {
                let port = url
                    .port()
                    .map(|port| format!(":{port}"))
                    .unwrap_or_default();
                let host = url.host_str().unwrap_or_default();
                format!("{}://{host}{port}{}", url.scheme(), url.path())
            }
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
        }
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("--source: {message}")).advise(
        "write mysql://USER:PASSWORD@HOST:3306/DATABASE, postgresql://USER:PASSWORD@HOST:5432/DATABASE or sqlite://PATH; \
         special characters of a password are percent-encoded (@ is %40)",
    )
}
