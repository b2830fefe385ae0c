//! Which servers a URL names.

use super::Server;
use crate::source::wire::Address;
use crate::{Error, ErrorKind, Result};
use postgres::Config;
use postgres::config::Host;

const DEFAULT_PORT: u16 = 5432;

/// The servers in the order in which they are tried.
pub(super) fn servers(config: &Config) -> Result<Vec<Server>> {
    let (hosts, numbers, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
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
        server(hosts.get(index), number, port)
    };
    Ok((0..count).map(server).collect())
}

/// An address in numbers saves the look-up of the host's; the certificate is still for its name.
fn server(host: Option<&Host>, number: Option<String>, port: u16) -> Server {
    let name = match host {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(folder)) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            return Server {
                address: Address::Unix(socket),
                name: "localhost".to_owned(),
            };
        }
        None => number.clone().unwrap_or_default(),
    };
    // An IPv6 address may stand in brackets.
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
