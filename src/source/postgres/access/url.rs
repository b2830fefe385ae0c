//! The URL: what we take of it ourselves, and the rest for the client library's parser.

use super::Outside;
use crate::{Error, ErrorKind, Result};
use ::url::{Url, form_urlencoded};
use postgres::Config;
use std::collections::HashMap;

/// Parameters that the client library's parser doesn't know, or knows less of than we do.
const OURS: [&str; 7] = [
    "host",
    "service",
    "passfile",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
];

/// What a URL says.
pub(super) struct Given {
    ours: HashMap<String, String>,
    rest: Url,
}

/// Takes our parameters out of a URL.
pub(super) fn given(url: &Url) -> Result<Given> {
    let mut ours = HashMap::new();
    let mut rest = Vec::new();
    for pair in url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        // In a connection URI a plus sign is a plus sign.
        let plain = pair.replace('+', "%2B");
        match form_urlencoded::parse(plain.as_bytes()).next() {
            Some((name, value)) if OURS.contains(&name.as_ref()) => {
                add(&mut ours, name.into_owned(), &value);
            }
            _ => rest.push(pair),
        }
    }
    let query = rest.join("&");
    let mut rest = url.clone();
    rest.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    if ours.contains_key("sslcert") != ours.contains_key("sslkey") {
        let error = Error::new(ErrorKind::Usage, "--source: sslcert and sslkey go together");
        return Err(error.advise("name both files, or neither"));
    }
    Ok(Given { ours, rest })
}

/// Hosts may be named one by one, too; of any other parameter the last counts.
fn add(ours: &mut HashMap<String, String>, name: String, value: &str) {
    match ours.get_mut(&name) {
        Some(hosts) if name == "host" => *hosts = format!("{hosts},{value}"),
        _ => _ = ours.insert(name, value.to_owned()),
    }
}

impl Given {
    /// One of our parameters.
    pub fn value(&self, parameter: &str) -> Option<&str> {
        let value = self.ours.get(parameter).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The rest, with hosts and ports from outside where there are none.
    pub fn config(&self, outside: &Outside<'_>) -> Result<Config> {
        let mut url = self.rest.clone();
        let port = outside.value("port", "PGPORT");
        // The parser takes the default port of a host without one.
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        let names_port = url.query_pairs().any(|(name, _)| name == "port");
        if has_host
            && url.port().is_none()
            && !names_port
            && let Some(Ok(port)) = port.map(str::parse)
        {
            // It has a host, so that it may have a port.
            let _ = url.set_port(Some(port));
        }
        let mut config: Config = url.as_str().parse().map_err(unreadable)?;
        for host in list(self.value("host")) {
            config.host(host);
        }
        fill_hosts(&mut config, outside)?;
        fill_ports(&mut config, port)?;
        Ok(config)
    }
}

fn fill_hosts(config: &mut Config, outside: &Outside<'_>) -> Result<()> {
    if !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty() {
        return Ok(());
    }
    for host in list(outside.value("host", "PGHOST")) {
        config.host(host);
    }
    for number in list(outside.value("hostaddr", "PGHOSTADDR")) {
        let number = number
            .parse()
            .map_err(|_| outside_is_wrong("PGHOSTADDR", "hostaddr", "IP address"))?;
        config.hostaddr(number);
    }
    Ok(())
}

fn fill_ports(config: &mut Config, ports: Option<&str>) -> Result<()> {
    if !config.get_ports().is_empty() {
        return Ok(());
    }
    for port in list(ports) {
        let port = port
            .parse()
            .map_err(|_| outside_is_wrong("PGPORT", "port", "port"))?;
        config.port(port);
    }
    Ok(())
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

fn outside_is_wrong(variable: &str, parameter: &str, what: &str) -> Error {
    let message = format!("{variable}, or {parameter} of the service, is no {what}");
    Error::new(ErrorKind::Usage, message).advise("mend it, or name it in --source")
}

/// The parser's message names parameters, not their values.
fn unreadable(cause: postgres::Error) -> Error {
    let message = "--source: the URL has a parameter that is not known or not in order";
    Error::new(ErrorKind::Usage, message)
        .because(cause)
        .advise("parameters are those of libpq's connection URIs, as the postgres crate takes them")
}
