//! What a URL says about a session: the server, the user, and how it is encrypted.

use super::super::wire::{Address, SslMode, TlsPolicy};
use super::error::is_unanswered;
use crate::job::{CONNECT, ServerUrl};
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};
use r2d2_mysql::mysql::{Opts, OptsBuilder, SslOpts};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use url::{Host, Url};

/// The protocol's largest packet.
const MAX_PACKET_BYTES: usize = 1 << 30;

/// What a session begins with.
#[derive(Clone)]
pub(crate) struct Login {
    pub address: Address,
    pub user: String,
    pub password: Option<Secret>,
    pub database: String,
    pub tls: TlsPolicy,
}

impl Login {
    /// Reads a URL: `mysql://USER@HOST:PORT/DATABASE?socket=PATH&sslmode=MODE&sslrootcert=FILE`.
    pub fn parse(server: &ServerUrl) -> Result<Self> {
        let url = server.url();
        let parameters = Parameters::parse(url)?;
        let mut bare = url.clone();
        bare.set_query(None);
        // The message names the part that is wrong, never a value.
        let options = Opts::from_url(bare.as_str())
            .map_err(|cause| usage("the URL can't be read").because(cause))?;
        let address = match parameters.socket {
            Some(path) => Address::Unix(path),
            None => Address::Tcp {
                host: url.host().map(host).unwrap_or_default(),
                port: options.get_tcp_port(),
            },
        };
        // A socket doesn't leave the machine: whatever could read it could also read the server's memory.
        let default_mode = if address.is_socket() {
            SslMode::Disable
        } else {
            SslMode::Prefer
        };
        Ok(Self {
            address,
            user: options.get_user().unwrap_or_default().to_owned(),
            password: server.password().cloned(),
            database: options.get_db_name().unwrap_or_default().to_owned(),
            tls: TlsPolicy::new(
                parameters.mode.unwrap_or(default_mode),
                parameters.root_cert,
            ),
        })
    }

    /// Connects ConnectorX's client, trying the host's address families until one reaches the server. Returns the server's
    /// error, or else the first attempt's.
    ///
    /// If a host has several addresses, that client tries only the first (`localhost` is `::1` first, where few servers
    /// listen), unless it is told which family to use.
    pub fn by_stock<T>(&self, mut connect: impl FnMut(OptsBuilder) -> Result<T>) -> Result<T> {
        let families = match &self.address {
            Address::Tcp { host, port } => families(host, *port),
            Address::Unix(_) => Vec::new(),
        };
        let reached = connect(self.stock());
        families.into_iter().fold(reached, |reached, any| {
            reached.or_else(|first| {
                if !is_unanswered(&first) {
                    return Err(first);
                }
                let options = self.stock().bind_address(Some(SocketAddr::new(any, 0)));
                connect(options).map_err(|next| if is_unanswered(&next) { first } else { next })
            })
        })
    }

    /// Returns the same as options for ConnectorX's client, which has no `prefer`: `disable` is used instead.
    fn stock(&self) -> OptsBuilder {
        let options = OptsBuilder::new()
            .user(Some(self.user.clone()))
            .pass(self.password.as_ref().map(Secret::reveal))
            .db_name(Some(self.database.clone()))
            .prefer_socket(self.address.is_socket())
            // Otherwise the client asks for the server's value before any setting is made, and an inherited limit could cut
            // the answer.
            .max_allowed_packet(Some(MAX_PACKET_BYTES))
            .tcp_connect_timeout(Some(CONNECT))
            .ssl_opts(self.stock_tls());
        match &self.address {
            Address::Tcp { host, port } => {
                options.ip_or_hostname(Some(host.clone())).tcp_port(*port)
            }
            Address::Unix(path) => options.socket(path.to_str().map(str::to_owned)),
        }
    }

    fn stock_tls(&self) -> Option<SslOpts> {
        let TlsPolicy {
            mode, root_cert, ..
        } = &self.tls;
        if matches!(mode, SslMode::Disable | SslMode::Prefer) {
            return None;
        }
        Some(
            SslOpts::default()
                .with_danger_accept_invalid_certs(!self.tls.checks_authority())
                .with_danger_skip_domain_validation(*mode != SslMode::VerifyFull)
                .with_root_cert_path(root_cert.clone()),
        )
    }
}

/// Returns the address families of a host that has several addresses.
fn families(host: &str, port: u16) -> Vec<IpAddr> {
    let addresses: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_or_else(|_| Vec::new(), Iterator::collect);
    let of_v4 = addresses.iter().any(SocketAddr::is_ipv4);
    let of_v6 = addresses.iter().any(SocketAddr::is_ipv6);
    [
        (of_v4, IpAddr::from(Ipv4Addr::UNSPECIFIED)),
        (of_v6, IpAddr::from(Ipv6Addr::UNSPECIFIED)),
    ]
    .into_iter()
    .filter(|(is_there, _)| *is_there && addresses.len() > 1)
    .map(|(_, any)| any)
    .collect()
}

/// Removes the brackets, which enclose an IPv6 address only in URLs.
fn host(host: Host<&str>) -> String {
    match host {
        Host::Ipv6(address) => address.to_string(),
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Parameters {
    socket: Option<PathBuf>,
    mode: Option<SslMode>,
    root_cert: Option<PathBuf>,
}

impl Parameters {
    fn parse(url: &Url) -> Result<Self> {
        let mut parameters = Self::default();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "socket" => parameters.socket = Some(PathBuf::from(value.as_ref())),
                // Also as MySQL's own clients spell it.
                "sslmode" | "ssl-mode" => parameters.mode = Some(mode(&value)?),
                "sslrootcert" | "ssl-ca" => {
                    parameters.root_cert = Some(PathBuf::from(value.as_ref()));
                }
                other => {
                    return Err(usage(&format!("unknown parameter {other}"))
                        .advise("use socket, sslmode or sslrootcert"));
                }
            }
        }
        Ok(parameters)
    }
}

fn mode(name: &str) -> Result<SslMode> {
    let spelled = name.to_ascii_lowercase().replace('_', "-");
    let libpq = match spelled.as_str() {
        "disabled" => "disable",
        "preferred" => "prefer",
        "required" => "require",
        "verify-identity" => "verify-full",
        other => other,
    };
    SslMode::parse(libpq).ok_or_else(|| {
        usage(&format!("unknown sslmode {name}"))
            .advise("use disable, prefer, require, verify-ca or verify-full")
    })
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("--source: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(url: &str) -> Result<Login> {
        Login::parse(&ServerUrl::new(Url::parse(url).unwrap())?)
    }

    #[test]
    fn parts_are_percent_decoded_and_an_ipv6_host_loses_its_brackets() {
        let login = login("mysql://r%40x:p%3A%2F@[::1]:3307/d?sslmode=verify-full").unwrap();
        assert_eq!(
            (
                login.user.as_str(),
                login.password.as_ref().map(Secret::reveal)
            ),
            ("r@x", Some("p:/"))
        );
        let address = Address::Tcp {
            host: "::1".to_owned(),
            port: 3307,
        };
        assert_eq!((login.address, login.database.as_str()), (address, "d"));
        assert_eq!(login.tls.mode, SslMode::VerifyFull);
    }

    #[test]
    fn a_socket_is_not_encrypted_unless_asked_for() {
        let mode = |url: &str| login(url).map(|login| login.tls.mode).ok();
        assert_eq!(mode("mysql://r@h/d"), Some(SslMode::Prefer));
        assert_eq!(mode("mysql://r@h/d?socket=/s"), Some(SslMode::Disable));
        assert_eq!(
            mode("mysql://r@h/d?socket=/s&ssl-mode=REQUIRED"),
            Some(SslMode::Require)
        );
        assert_eq!(mode("mysql://r@h/d?sslmode=full"), None);
        assert_eq!(mode("mysql://r@h/d?tls=on"), None);
    }
}
