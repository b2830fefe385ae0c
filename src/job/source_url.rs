//! `--source`: which database, and what of its URL may be shown.

use super::server_url::{ServerUrl, usage};
use crate::Result;
use crate::secret::Secret;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

/// A checked source. Its `Debug` and `Display` show neither user nor password.
#[derive(Clone, PartialEq, Eq)]
pub enum SourceUrl {
    /// `mysql://` or `mariadb://`, with the scheme `mysql`.
    MySql(ServerUrl),
    /// `postgresql://` or `postgres://`, with the scheme `postgresql`.
    Postgres(ServerUrl),
    /// `sqlite://PATH`: a path as it stands, never percent-decoded.
    Sqlite(PathBuf),
}

impl SourceUrl {
    /// Parses a URL. A relative SQLite path is taken from `base`. What it leaves out, and whether it names a MySQL
    /// database at all, is for [`LoginOptions::fill`](super::LoginOptions::fill).
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
            "postgresql" | "postgres" => {
                let server = Self::server(&url, "postgresql")?;
                server.check_database()?;
                Ok(Self::Postgres(server))
            }
            _ => Err(usage("the source's scheme is not known")),
        }
    }

    fn server(url: &Url, scheme: &str) -> Result<ServerUrl> {
        let text = url.as_str();
        let Some((_, rest)) = text.split_once("://") else {
            return Err(usage("the source names no database"));
        };
        let url = Url::parse(&format!("{scheme}://{rest}"))
            .map_err(|cause| usage("the source is no URL").because(cause))?;
        ServerUrl::new(url)
    }

    /// The server, where it is one and no file.
    pub(super) fn as_server(&self) -> Option<&ServerUrl> {
        match self {
            Self::MySql(server) | Self::Postgres(server) => Some(server),
            Self::Sqlite(_) => None,
        }
    }

    /// The password, where it is known.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let password = self.as_server().and_then(ServerUrl::password);
        password.into_iter().cloned().collect()
    }

    /// Host, port and database, or the file: what logs and manifests may hold.
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
