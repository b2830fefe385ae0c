//! `--source`: the database, and the parts of its URL that can be shown.

use super::server_url::{ServerUrl, usage};
use crate::Result;
use crate::secret::Secret;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

/// A checked source. `Debug` and `Display` show neither the user nor the password.
#[derive(Clone, PartialEq, Eq)]
pub enum SourceUrl {
    /// `mysql://` or `mariadb://`, with the scheme `mysql`.
    MySql(ServerUrl),
    /// `postgresql://` or `postgres://`, with the scheme `postgresql`.
    Postgres(ServerUrl),
    /// `sqlite://PATH`: the path as written, never percent-decoded.
    Sqlite(PathBuf),
}

impl SourceUrl {
    /// Parses a URL. A relative SQLite path starts at `base`. [`LoginOptions::fill`](super::LoginOptions::fill) fills in
    /// what the URL leaves out, and checks that a MySQL URL names a database.
    pub fn parse(text: &str, base: &Path) -> Result<Self> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(usage("names no SQLite file"));
            }
            return Ok(Self::Sqlite(base.join(path)));
        }
        // The parser's message never quotes the URL, so it can be shown.
        let url = Url::parse(text).map_err(|cause| usage("is not a URL").because(cause))?;
        match url.scheme() {
            "mysql" | "mariadb" => Self::server(&url, "mysql").map(Self::MySql),
            "postgresql" | "postgres" => {
                let server = Self::server(&url, "postgresql")?;
                server.check_database()?;
                Ok(Self::Postgres(server))
            }
            _ => Err(usage("has an unknown scheme")),
        }
    }

    fn server(url: &Url, scheme: &str) -> Result<ServerUrl> {
        let text = url.as_str();
        let Some((_, rest)) = text.split_once("://") else {
            return Err(usage("names no database"));
        };
        let url = Url::parse(&format!("{scheme}://{rest}"))
            .map_err(|cause| usage("is not a URL").because(cause))?;
        ServerUrl::new(url)
    }

    /// The server; `None` for a file.
    pub(super) fn as_server(&self) -> Option<&ServerUrl> {
        match self {
            Self::MySql(server) | Self::Postgres(server) => Some(server),
            Self::Sqlite(_) => None,
        }
    }

    /// The password, if it is known.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let password = self.as_server().and_then(ServerUrl::password);
        password.into_iter().cloned().collect()
    }

    /// The URL without the password: what other processes can connect by, with a login of their own.
    pub(crate) fn without_password(&self) -> String {
        match self {
            Self::MySql(server) | Self::Postgres(server) => server.url().to_string(),
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
        }
    }

    /// Host, port and database, or the file: what logs and manifests can contain.
    pub fn redacted(&self) -> String {
        match self {
            Self::MySql(server) | Self::Postgres(server) => server.redacted(),
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
