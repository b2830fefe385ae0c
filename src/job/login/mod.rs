//! The parts of a login that are not in the URL: a password, and the options of a MySQL option file.
//!
//! In: the names of files, and the password from the environment. Out: a [`SourceUrl`] that holds all of it. The password
//! is the first one found in the URL, `--password-file`, `FIRSTSEEN_PASSWORD` and `--defaults-file`. PostgreSQL's own
//! environment variables and files come after these, when a session begins.

mod option_file;
mod private_file;

use super::SourceUrl;
use super::server_url::ServerUrl;
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use option_file::OptionFile;
use std::path::PathBuf;

/// Sources of login data other than the URL.
#[derive(Debug, Clone, Default)]
pub struct LoginOptions {
    /// `--password-file`: a file that contains the password.
    pub password_file: Option<PathBuf>,
    /// `FIRSTSEEN_PASSWORD`.
    pub password: Option<Secret>,
    /// `--defaults-file`: an option file of the MySQL or MariaDB clients.
    pub defaults_file: Option<PathBuf>,
}

impl LoginOptions {
    /// Fills in what the source leaves out. Options without effect become warnings.
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
                warnings.push(
                    "--password-file is ignored: the source already has a password".to_owned(),
                );
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

/// A password file is one line. An editor ends it with a line feed, which is not part of the password.
fn one_line(text: &str) -> Result<Secret> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let fault = if line.is_empty() {
        "contains no password"
    } else if line.contains(['\n', '\r', '\0']) {
        "contains more than one line"
    } else {
        return Ok(Secret::new(line));
    };
    let error = Error::new(ErrorKind::Usage, format!("--password-file {fault}"));
    Err(error.advise("write only the password into it, without quotes or escapes"))
}

fn meaningless(flag: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("{flag} can't be used with this source: {why}"),
    )
    .advise("leave it out")
}

#[cfg(test)]
mod tests;
