//! What a login takes from outside of the URL: a password, and what a MySQL option file says.
//!
//! In: the names of files, and the environment's password. Out: a [`SourceUrl`] that says all of it. A password comes
//! from the first of: URL, `--password-file`, `FIRSTSEEN_PASSWORD`, `--defaults-file`. What PostgreSQL's own environment
//! and files say comes after these, when a session begins.

mod option_file;
mod private_file;

use super::SourceUrl;
use super::server_url::ServerUrl;
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use option_file::OptionFile;
use std::path::PathBuf;

/// Where a login may come from, beside the URL.
#[derive(Debug, Clone, Default)]
pub struct LoginOptions {
    /// `--password-file`: a file that holds the password.
    pub password_file: Option<PathBuf>,
    /// `FIRSTSEEN_PASSWORD`.
    pub password: Option<Secret>,
    /// `--defaults-file`: an option file of MySQL's or MariaDB's clients.
    pub defaults_file: Option<PathBuf>,
}

impl LoginOptions {
    /// Fills in what the source leaves out, and says what had no effect.
    pub fn fill(&self, source: SourceUrl, warnings: &mut Vec<String>) -> Result<SourceUrl> {
        match source {
            SourceUrl::MySql(url) => {
                let url = self.with_password(url, warnings)?;
                self.with_defaults(url).map(SourceUrl::MySql)
            }
            SourceUrl::Postgres(url) => {
                self.refuse_defaults()?;
                self.with_password(url, warnings).map(SourceUrl::Postgres)
            }
            SourceUrl::Sqlite(path) => {
                self.refuse_defaults()?;
                match self.password_file {
                    Some(_) => Err(meaningless("--password-file", "SQLite has no passwords")),
                    None => Ok(SourceUrl::Sqlite(path)),
                }
            }
        }
    }

    fn with_password(&self, url: ServerUrl, warnings: &mut Vec<String>) -> Result<ServerUrl> {
        match &self.password_file {
            Some(_) if url.password().is_some() => {
                warnings.push("--password-file is not read: the source has a password".to_owned());
                Ok(url)
            }
            Some(path) => {
                let text = private_file::read(path, "password-file")?;
                Ok(url.or_password(Some(one_line(&text)?)))
            }
            None => Ok(url.or_password(self.password.clone())),
        }
    }

    fn with_defaults(&self, url: ServerUrl) -> Result<ServerUrl> {
        let url = match &self.defaults_file {
            Some(path) => OptionFile::read(path)?.fill(url)?,
            None => url,
        };
        url.check_database()?;
        Ok(url)
    }

    fn refuse_defaults(&self) -> Result<()> {
        match self.defaults_file {
            Some(_) => Err(meaningless(
                "--defaults-file",
                "only MySQL and MariaDB have option files",
            )),
            None => Ok(()),
        }
    }
}

/// A password file holds one line: an editor ends it with a line feed, which is no part of the password.
fn one_line(text: &str) -> Result<Secret> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let fault = if line.is_empty() {
        "holds no password"
    } else if line.contains(['\n', '\r', '\0']) {
        "holds more than one line"
    } else {
        return Ok(Secret::new(line));
    };
    let error = Error::new(ErrorKind::Usage, format!("--password-file {fault}"));
    Err(error.advise("write the password into it, as it is, and nothing else"))
}

fn meaningless(flag: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("{flag} has no meaning for this source: {why}"),
    )
    .advise("leave it out")
}

#[cfg(test)]
mod tests;
