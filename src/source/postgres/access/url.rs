//! The URL: user, servers, database and parameters, each as written.

use super::known::PARAMETERS;
use crate::nearest::nearest;
use crate::secret::percent_decoded;
use crate::{Error, ErrorKind, Result};
use ::url::Url;
use std::collections::HashMap;

/// What a URL contains.
pub(super) struct Given {
    user: Option<String>,
    database: Option<String>,
    /// First those before the path, then those from parameters.
    hosts: Vec<String>,
    /// The one before the path.
    port: Option<u16>,
    parameters: HashMap<String, String>,
}

/// Parses a URL, which has no password.
pub(super) fn given(url: &Url) -> Result<Given> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let hosts = host.map(|host| decoded("host", host)).transpose()?;
    let mut given = Given {
        user: some(decoded("user", url.username())?),
        database: some(decoded("database", url.path().trim_start_matches('/'))?),
        hosts: list(hosts.as_deref()).map(str::to_owned).collect(),
        port: url.port(),
        parameters: HashMap::new(),
    };
    let pairs = url.query().unwrap_or_default().split('&');
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            let error = usage("a parameter has no value");
            return Err(
                error.advise("write each parameter as NAME=VALUE, and an & in a value as %26")
            );
        };
        let name = decoded("name of a parameter", name)?;
        if !PARAMETERS.iter().any(|(known, _)| *known == name) {
            return Err(unknown(&name));
        }
        let value = decoded(&name, value)?;
        given.add(name, value);
    }
    Ok(given)
}

impl Given {
    /// Hosts can also be listed one by one. For any other parameter, the last value counts.
    fn add(&mut self, name: String, value: String) {
        if name == "host" {
            self.hosts.extend(list(Some(&value)).map(str::to_owned));
        } else {
            self.parameters.insert(name, value);
        }
    }

    /// The value of a parameter, if it is not empty.
    pub fn value(&self, parameter: &str) -> Option<&str> {
        let value = self.parameters.get(parameter).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    pub fn user(&self) -> Option<&str> {
        self.value("user").or(self.user.as_deref())
    }

    pub fn database(&self) -> Option<&str> {
        self.value("dbname").or(self.database.as_deref())
    }

    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

/// Decodes percent-encoded text. In a connection URI, a plus sign stands for itself.
fn decoded(what: &str, encoded: &str) -> Result<String> {
    String::from_utf8(percent_decoded(encoded))
        .map_err(|_| usage(&format!("the {what} isn't valid UTF-8")))
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The parts between commas.
pub(super) fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

fn unknown(name: &str) -> Error {
    let error = usage(&format!("unknown parameter {name}"));
    match nearest(name, PARAMETERS.iter().map(|(known, _)| *known)) {
        Some(nearest) => error.advise(format!(
            "did you mean {nearest}? docs/connections.md lists the libpq parameters that are supported"
        )),
        None => error,
    }
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("--source: {message}"))
}
