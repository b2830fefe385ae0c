//! The servers to try.

use super::Server;
use super::parameters::{Parameters, invalid};
use super::url::list;
use crate::source::wire::Address;
use crate::{Error, ErrorKind, Result};
use std::net::IpAddr;
use std::path::Path;

const DEFAULT_PORT: u16 = 5432;

/// The servers, in the order in which they are listed.
pub(super) fn servers(parameters: &Parameters<'_>) -> Result<Vec<Server>> {
    let (hosts, numbers) = hosts_and_numbers(parameters)?;
    let ports = ports(parameters)?;
    let count = hosts.len().max(numbers.len());
    if count == 0 {
        let error = Error::new(ErrorKind::Usage, "--source names no host");
        return Err(error.advise("write postgresql://USER@HOST/DATABASE, add ?host=FOLDER for a Unix socket, or set PGHOST"));
    }
    let fits = |given: usize| given == 0 || given == count;
    if !fits(hosts.len()) || !fits(numbers.len()) || !fits(ports.len()) && ports.len() != 1 {
        let error = Error::new(
            ErrorKind::Usage,
            "--source: the numbers of hosts, ports and addresses don't match",
        );
        return Err(error.advise(
            "give one port, or as many as hosts; give as many addresses as hosts, or none",
        ));
    }
    let server = |index: usize| {
        let port = ports.get(index).or(ports.first());
        let port = port.copied().unwrap_or(DEFAULT_PORT);
        let number = numbers.get(index).map(ToString::to_string);
        server(hosts.get(index).map(String::as_str), number, port)
    };
    Ok((0..count).map(server).collect())
}

/// The hosts and addresses of the URL or, if it has none, of the service or the environment.
fn hosts_and_numbers(parameters: &Parameters<'_>) -> Result<(Vec<String>, Vec<IpAddr>)> {
    let hosts = parameters.given.hosts();
    let numbers = parameters.given.value("hostaddr");
    if !hosts.is_empty() || numbers.is_some() {
        return Ok((hosts.to_vec(), addresses(numbers)?));
    }
    let hosts = list(parameters.outside("host"))
        .map(str::to_owned)
        .collect();
    Ok((hosts, addresses(parameters.outside("hostaddr"))?))
}

fn addresses(numbers: Option<&str>) -> Result<Vec<IpAddr>> {
    list(numbers)
        .map(|number| {
            number
                .parse()
                .map_err(|_| invalid("hostaddr", "an IP address"))
        })
        .collect()
}

fn ports(parameters: &Parameters<'_>) -> Result<Vec<u16>> {
    let given = parameters.given.value("port");
    match parameters.given.port() {
        Some(port) if given.is_none() => Ok(vec![port]),
        _ => list(given.or_else(|| parameters.outside("port")))
            .map(|port| match port {
                "" => Ok(DEFAULT_PORT),
                port => port.parse().map_err(|_| invalid("port", "a port number")),
            })
            .collect(),
    }
}

/// A numeric address saves looking up the host's name, which the certificate must still be for.
fn server(host: Option<&str>, number: Option<String>, port: u16) -> Server {
    if let Some(folder) = host.filter(|host| host.starts_with('/')) {
        return Server {
            address: Address::Unix(Path::new(folder).join(format!(".s.PGSQL.{port}"))),
            name: "localhost".to_owned(),
        };
    }
    // An IPv6 address may be in brackets.
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
