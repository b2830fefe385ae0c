//! How to reach a server and enter its database: the URL, and what it leaves out by service, environment and password
//! file, in libpq's order. The same for every client that connects.

mod environment;
mod passfile;
mod servers;
mod service;
#[cfg(test)]
mod tests;
mod tls;
mod url;

use self::url::{Given, given};
use super::connection::Fault;
use super::error::not_begun;
use crate::job::{CONNECT, ServerUrl, Waits};
use crate::secret::Secret;
use crate::source::wire::{Address, SslMode, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use environment::Environment;
use passfile::{Looked, password};
use postgres::Config;
use postgres::config::{
    LoadBalanceHosts, SslMode as ClientMode, SslNegotiation, TargetSessionAttrs,
};
use postgres_openssl::MakeTlsConnector;
use service::Service;
use std::path::PathBuf;
use std::time::Duration;

/// A server as the URL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub address: Address,
    /// The name that its certificate is for.
    pub name: String,
}

/// How to reach a server, and to enter its database.
#[derive(Clone)]
pub(crate) struct Access {
    /// Hosts, ports, user, password, database; the mode of TLS only as far as the client library knows it.
    pub config: Config,
    /// In the order in which they are tried.
    pub(super) servers: Vec<Server>,
    pub tls: TlsPolicy,
    /// What a session waits for once it has begun.
    pub(super) waits: Waits,
    /// Whether just those rows are read that policies let the user see; else the server refuses where they hide any.
    pub(super) row_security: bool,
    /// Files of the client's own certificate and key.
    client_certificate: Option<(PathBuf, PathBuf)>,
    /// Why a password file is not read, if it isn't.
    unread_passfile: Option<String>,
}

impl Access {
    /// What a URL says, and the environment of this process. A connect timeout of the job wins over both.
    pub fn new(server: &ServerUrl, waits: &Waits) -> Result<Self> {
        let mut access = Self::filled(server, &Environment::of_process())?;
        if let Some(timeout) = waits.connect {
            access.config.connect_timeout(timeout);
        }
        access.waits = waits.clone();
        Ok(access)
    }

    fn filled(server: &ServerUrl, environment: &Environment) -> Result<Self> {
        let given = given(server.url())?;
        let service = Service::named(given.value("service"), environment)?;
        let outside = Outside {
            service: &service,
            environment,
        };
        let mut config = given.config(&outside)?;
        let servers = servers::servers(&config)?;
        let user = outside.value("user", "PGUSER");
        fill(&mut config, &outside, user)?;
        let unread_passfile = match server.password() {
            Some(password) => {
                config.password(password.reveal());
                None
            }
            None => fill_password(&mut config, &servers, &given, &outside),
        };
        let tls = tls::policy(&given, &outside)?;
        config.ssl_mode(match tls.mode {
            // As libpq: a socket leaves no machine.
            _ if servers.iter().all(|server| server.address.is_socket()) => ClientMode::Disable,
            SslMode::Disable => ClientMode::Disable,
            SslMode::Prefer => ClientMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => ClientMode::Require,
        });
        Ok(Self {
            config,
            servers,
            tls,
            waits: Waits::default(),
            row_security: false,
            client_certificate: tls::client_certificate(&given, &outside),
            unread_passfile,
        })
    }

    /// For all that comes before a session's readiness.
    pub fn connect_timeout(&self) -> Duration {
        let timeout = self.config.get_connect_timeout();
        timeout.copied().unwrap_or(CONNECT)
    }

    /// TLS for the client library.
    pub fn client_tls(&self) -> Result<MakeTlsConnector> {
        tls::connector(&self.tls, self.client_certificate.as_ref())
    }

    /// What of all this our own connection doesn't speak.
    pub fn beyond_wire(&self) -> Option<&'static str> {
        let config = &self.config;
        if self.client_certificate.is_some() {
            Some("sslcert")
        } else if config.get_ssl_negotiation() != SslNegotiation::Postgres {
            Some("sslnegotiation")
        } else if config.get_target_session_attrs() != TargetSessionAttrs::Any {
            Some("target_session_attrs")
        } else if config.get_load_balance_hosts() != LoadBalanceHosts::Disable {
            Some("load_balance_hosts")
        } else {
            None
        }
    }

    /// The password, wherever it came from.
    pub fn secrets(&self) -> Vec<Secret> {
        let password = self.config.get_password();
        let password = password.and_then(|password| std::str::from_utf8(password).ok());
        password.map(Secret::new).into_iter().collect()
    }

    /// Why no session has begun.
    pub(super) fn refused(&self, fault: Fault) -> Error {
        not_begun(fault, self)
    }

    /// There is no password, and the server asks for one.
    pub fn no_password(&self) -> Error {
        let error = Error::new(ErrorKind::AccessDenied, "the server asks for a password");
        error.advise(self.unread_passfile.as_deref().unwrap_or(
            "give it by --password-file, FIRSTSEEN_PASSWORD, PGPASSWORD or ~/.pgpass, or in a job file's source",
        ))
    }
}

/// What stands outside of the URL: its service first, then the environment.
struct Outside<'a> {
    service: &'a Service,
    environment: &'a Environment,
}

impl<'a> Outside<'a> {
    fn value(&self, parameter: &str, variable: &str) -> Option<&'a str> {
        let service = self.service.value(parameter);
        service.or_else(|| self.environment.value(variable))
    }
}

fn fill(config: &mut Config, outside: &Outside<'_>, user: Option<&str>) -> Result<()> {
    if config.get_user().is_none()
        && let Some(user) = user
            .map(str::to_owned)
            .or_else(|| outside.environment.user())
    {
        config.user(&user);
    }
    if config.get_options().is_none()
        && let Some(options) = outside.value("options", "PGOPTIONS")
    {
        config.options(options);
    }
    if config.get_application_name().is_none() {
        let name = outside.value("application_name", "PGAPPNAME");
        config.application_name(name.unwrap_or("firstseen"));
    }
    if config.get_connect_timeout().is_none() {
        let timeout = outside.value("connect_timeout", "PGCONNECT_TIMEOUT");
        config.connect_timeout(timeout.map_or(Ok(CONNECT), seconds)?);
    }
    Ok(())
}

/// Zero, or less, is libpq's word for no timeout; a job has one all the same.
fn seconds(text: &str) -> Result<Duration> {
    let seconds: i64 = text.trim().parse().map_err(|_| {
        Error::new(
            ErrorKind::Usage,
            "the connect_timeout of the environment is no number of seconds",
        )
        .advise("check PGCONNECT_TIMEOUT and the service file")
    })?;
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    Ok(seconds.map_or(CONNECT, Duration::from_secs))
}

/// A password that nobody gave us, but libpq would find. Why a password file was not read.
fn fill_password(
    config: &mut Config,
    servers: &[Server],
    given: &Given,
    outside: &Outside<'_>,
) -> Option<String> {
    if let Some(password) = outside.value("password", "PGPASSWORD") {
        config.password(password);
        return None;
    }
    let named = given
        .value("passfile")
        .or_else(|| outside.value("passfile", "PGPASSFILE"));
    let home = || outside.environment.in_home(".pgpass");
    let path = named.map(PathBuf::from).or_else(home)?;
    match password(&path, config, servers) {
        Looked::Found(password) => {
            config.password(password.reveal());
            None
        }
        Looked::Nothing => None,
        Looked::Unread(why) => Some(why),
    }
}
