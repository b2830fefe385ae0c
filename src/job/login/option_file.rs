//! An option file of the MySQL or MariaDB clients, and what a URL takes from it.
//! <https://dev.mysql.com/doc/refman/8.4/en/option-files.html>

mod fill;
mod syntax;

use super::private_file;
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use std::path::Path;
use syntax::{Line, line};

/// The groups that are read. As in every client, a later line overrides an earlier one, whatever their groups.
const GROUPS: [&str; 5] = [
    "client",
    "client-server",
    "client-mariadb",
    "mariadb-client",
    "firstseen",
];

/// The options that belong to a login. All other options are for other programs.
#[derive(Default)]
pub(super) struct OptionFile {
    user: Option<String>,
    password: Option<Secret>,
    host: Option<String>,
    port: Option<String>,
    socket: Option<String>,
    database: Option<String>,
    ssl_mode: Option<String>,
    ssl_ca: Option<String>,
    /// MariaDB's way to say a mode, together with the next one.
    ssl: Option<bool>,
    ssl_verify_server_cert: Option<bool>,
}

impl OptionFile {
    /// Reads a file, which only its owner may have access to.
    pub fn read(path: &Path) -> Result<Self> {
        let text = private_file::read(path, "defaults-file")?;
        Self::parse(&text).map_err(|(number, fault)| {
            Error::new(
                ErrorKind::Usage,
                format!("can't parse --defaults-file: {fault}"),
            )
            .within(format_args!("{}, line {number}", path.display()))
            .advise("write [client], and below it lines such as user=NAME and password=\"WORD\"")
        })
    }

    /// The error is the number of a line, and what is wrong with it.
    fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut options = Self::default();
        let mut is_read = None;
        for (index, text) in text.lines().enumerate() {
            match line(text).map_err(|fault| (index + 1, fault))? {
                Line::Empty => {}
                Line::Group(name) => is_read = Some(GROUPS.contains(&name)),
                Line::Option { name, value } => match is_read {
                    Some(true) => options.set(&name, value),
                    Some(false) => {}
                    None => return Err((index + 1, "an option comes before the first [group]")),
                },
            }
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: Option<String>) {
        let is_on = || {
            !matches!(
                value.as_deref(),
                Some("0" | "off" | "OFF" | "false" | "FALSE")
            )
        };
        match name {
            "ssl" => self.ssl = Some(is_on()),
            "skip-ssl" | "disable-ssl" => self.ssl = Some(false),
            "ssl-verify-server-cert" => self.ssl_verify_server_cert = Some(is_on()),
            "skip-ssl-verify-server-cert" | "disable-ssl-verify-server-cert" => {
                self.ssl_verify_server_cert = Some(false);
            }
            "password" => self.password = value.map(Secret::new),
            "user" => self.user = value,
            "host" => self.host = value,
            "port" => self.port = value,
            "socket" => self.socket = value,
            "database" => self.database = value,
            "ssl-mode" => self.ssl_mode = value,
            "ssl-ca" => self.ssl_ca = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
