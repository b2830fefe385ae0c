//! Which servers are named.

use super::Server;
use super::parameters::{Said, wrong};
use super::url::list;
use crate::source::wire::Address;
use crate::{Error, ErrorKind, Result};
use std::net::IpAddr;
use std::path::Path;

const DEFAULT_PORT: u16 = 5432;

/// The servers in the order in which they are named.
pub(super) fn servers(said: &Said<'_>) -> Result<Vec<Server>> {
    let (hosts, numbers) = hosts_and_numbers(said)?;
    let ports = ports(said)?;
    let count = hosts.len().max(numbers.len());
    if count == 0 {
        let error = Error::new(ErrorKind::Usage, "--source names no host");
        return Err(error.advise("write postgresql://USER@HOST/DATABASE, or ?host=FOLDER of a Unix socket; PGHOST is read, too"));
    }
    let fits = |given: usize| given == 0 || given == count;
    if !fits(hosts.len()) || !fits(numbers.len()) || !fits(ports.len()) && ports.len() != 1 {
        let error = Error::new(
            ErrorKind::Usage,
            "--source names not as many ports or addresses as hosts",
        );
        return Err(error.advise("name one port, or as many as hosts"));
    }
    let server = |index: usize| {
        let port = ports.get(index).or(ports.first());
        let port = port.copied().unwrap_or(DEFAULT_PORT);
        let number = numbers.get(index).map(ToString::to_string);
        server(hosts.get(index).map(String::as_str), number, port)
    };
    Ok((0..count).map(server).collect())
}

/// Those of the URL, or where it has none, of the service or the environment.
fn hosts_and_numbers(said: &Said<'_>) -> Result<(Vec<String>, Vec<IpAddr>)> {
    let hosts = said.given.hosts();
    let numbers = said.given.value("hostaddr");
    if !hosts.is_empty() || numbers.is_some() {
        return Ok((hosts.to_vec(), addresses(numbers)?));
    }
    let hosts = list(said.outside("host")).map(str::to_owned).collect();
    Ok((hosts, addresses(said.outside("hostaddr"))?))
}

fn addresses(numbers: Option<&str>) -> Result<Vec<IpAddr>> {
    list(numbers)
        .map(|number| {
            number
                .parse()
                .map_err(|_| wrong("hostaddr", "an IP address"))
        })
        .collect()
}

fn ports(said: &Said<'_>) -> Result<Vec<u16>> {
    let given = said.given.value("port");
    match said.given.port() {
        Some(port) if given.is_none() => Ok(vec![port]),
        _ => list(given.or_else(|| said.outside("port")))
            .map(|port| match port {
                "" => Ok(DEFAULT_PORT),
                port => port.parse().map_err(|_| wrong("port", "a port")),
            })
            .collect(),
    }
}

/// An address in numbers saves the look-up of the host's; the certificate is still for its name.
fn server(host: Option<&str>, number: Option<String>, port: u16) -> Server {
    if let Some(folder) = host.filter(|host| host.starts_with('/')) {
        return Server {
            address: Address::Unix(Path::new(folder).join(format!(".s.PGSQL.{port}"))),
            name: "localhost".to_owned(),
        };
    }
    // An IPv6 address may stand in brackets.
    let name = host.or(number.as_deref()).unwrap_or_default();
    let bare = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    Server {
        address: Address::Tcp {
            host: number.unwrap_or_else(|| bare.clone()),
            port,
        },
        name: bare,
    }
}
