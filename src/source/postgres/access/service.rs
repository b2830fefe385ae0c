//! Connection services. <https://www.postgresql.org/docs/current/libpq-pgservice.html>

use super::environment::Environment;
use crate::{Error, ErrorKind, Result};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian's libpq looks for the system-wide service file.
const SYSTEM_FOLDER: &str = "/etc/postgresql-common";
const SYSTEM_FILE: &str = "pg_service.conf";

/// The parameters of a service; none if no service is named.
#[derive(Default)]
pub(super) struct Service(HashMap<String, String>);

impl Service {
    /// The service that the URL or the environment names.
    pub fn named(name: Option<&str>, environment: &Environment) -> Result<Self> {
        let Some(name) = name.or_else(|| environment.value("PGSERVICE")) else {
            return Ok(Self::default());
        };
        for path in files(environment) {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            if let Some(parameters) = section(&text, name).map_err(|line| broken(&path, line))? {
                return Ok(Self(parameters));
            }
        }
        let message = format!("no service file contains the service {name}");
        Err(Error::new(ErrorKind::Usage, message).advise(
            "check service= in --source or PGSERVICE, and ~/.pg_service.conf or PGSERVICEFILE",
        ))
    }

    pub fn value(&self, parameter: &str) -> Option<&str> {
        let value = self.0.get(parameter).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }
}

/// The user's file, then the system's.
fn files(environment: &Environment) -> impl Iterator<Item = PathBuf> {
    let own = environment.value("PGSERVICEFILE").map(PathBuf::from);
    let own = own.or_else(|| environment.in_home(".pg_service.conf"));
    let folder = environment.value("PGSYSCONFDIR").unwrap_or(SYSTEM_FOLDER);
    own.into_iter().chain([Path::new(folder).join(SYSTEM_FILE)])
}

/// The parameters below `[name]`, up to the next section. The first value of a parameter counts. An error is the number
/// of a malformed line.
fn section(text: &str, name: &str) -> Result<Option<HashMap<String, String>>, usize> {
    let mut found: Option<HashMap<String, String>> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            found = (section.split(']').next() == Some(name)).then(HashMap::new);
        } else if let Some(parameters) = &mut found {
            let pair = line.split_once('=').filter(|(key, _)| *key != "service");
            let (key, value) = pair.ok_or(number + 1)?;
            parameters
                .entry(key.to_owned())
                .or_insert_with(|| value.to_owned());
        }
    }
    Ok(found)
}

fn broken(path: &Path, line: usize) -> Error {
    let message = format!("line {line} of the service file is malformed");
    Error::new(ErrorKind::Usage, message)
        .within(path.display())
        .advise("write only PARAMETER=VALUE lines below [NAME], and no service=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_its_section_of_the_file() {
        let text = "# all\n[a]\nhost=one\n\n[b]\n host=two\nport=5433\nport=1\n[c]\nhost=three\n";
        let found = section(text, "b").unwrap().unwrap();
        assert_eq!(found["host"], "two");
        assert_eq!(found["port"], "5433");
        assert_eq!(found.len(), 2);
        assert_eq!(section(text, "d").unwrap(), None);
        assert_eq!(section("[a]\nldap://x\n", "a"), Err(2));
        assert_eq!(section("[a]\nservice=b\n", "a"), Err(2));
    }
}
