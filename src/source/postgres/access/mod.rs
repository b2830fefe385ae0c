//! How to reach a server and log in: the URL, and what it leaves out from the service, the environment and the password
//! file, in libpq's order. All clients that connect share this.

mod environment;
mod known;
mod login;
mod parameters;
mod passfile;
mod servers;
mod service;
mod target;
mod tcp;
#[cfg(test)]
mod tests;
mod tls;
mod url;

pub(super) use login::{ChannelBinding, Login};
pub(super) use target::TargetServer;
pub(super) use tcp::Timers;

use self::url::given;
use super::connection::Fault;
use super::error::not_started;
use crate::job::{CONNECT, ServerUrl, Waits};
use crate::secret::Secret;
use crate::source::wire::{Address, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use environment::Environment;
use parameters::Parameters;
use passfile::{Lookup, password};
use service::Service;
use std::path::PathBuf;
use std::slice::from_ref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A server from the URL, the service or the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub address: Address,
    /// The name that its certificate must be for.
    pub name: String,
}

/// How to reach a server and log in to its database.
#[derive(Clone)]
pub(crate) struct Access {
    pub(super) login: Login,
    /// The servers, in the order in which they are tried.
    servers: Vec<Server>,
    /// The kind of server that is required.
    pub(super) target: TargetServer,
    /// The server that accepted the first session. A job reads from no other.
    chosen: Arc<OnceLock<Server>>,
    pub(super) tls: TlsPolicy,
    pub(super) timers: Timers,
    connect_timeout: Duration,
    /// The timeouts of a session that has started.
    pub(super) waits: Waits,
    /// Whether only the rows are read that row-level security policies show the user. Otherwise the server refuses a query
    /// that they would hide rows from.
    pub(super) row_security: bool,
    /// What to do about a password file that was ignored.
    unread_passfile: Option<String>,
}

impl Access {
    /// Reads the URL and this process's environment. The job's connect timeout takes precedence over both.
    pub fn new(server: &ServerUrl, waits: &Waits) -> Result<Self> {
        let access = Self::filled(server, &Environment::of_process())?;
        Ok(Self {
            connect_timeout: waits.connect.unwrap_or(access.connect_timeout),
            waits: waits.clone(),
            ..access
        })
    }

    fn filled(server: &ServerUrl, environment: &Environment) -> Result<Self> {
        let given = given(server.url())?;
        let service = Service::named(given.value("service"), environment)?;
        let parameters = Parameters {
            given: &given,
            service: &service,
            environment,
        };
        let mut servers = servers::servers(&parameters)?;
        let mut login = login::login(&parameters)?;
        let unread_passfile = match server.password() {
            Some(password) => {
                login.password = Some(password.clone());
                None
            }
            None => fill_password(&mut login, &servers, &parameters),
        };
        if parameters.choice("load_balance_hosts", &LOAD_BALANCE_HOSTS)? == Some(true) {
            shuffle(&mut servers)?;
        }
        Ok(Self {
            login,
            servers,
            target: TargetServer::from_parameters(&parameters)?,
            chosen: Arc::default(),
            tls: tls::policy(&parameters)?,
            timers: Timers::from_parameters(&parameters)?,
            connect_timeout: connect_timeout(&parameters)?,
            waits: Waits::default(),
            row_security: false,
            unread_passfile,
        })
    }

    /// The time limit for everything up to the server's first readiness for a query.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// The servers that a session tries, in this order: all until one was chosen, then only that one.
    pub(super) fn servers(&self) -> &[Server] {
        self.chosen().map_or(&self.servers, from_ref)
    }

    /// The server that the job reads from, once one has accepted a session.
    pub(super) fn chosen(&self) -> Option<&Server> {
        self.chosen.get()
    }

    /// Chooses a server, unless one was chosen already.
    pub(super) fn choose(&self, server: &Server) {
        let _ = self.chosen.set(server.clone());
    }

    /// The password, from whatever source.
    pub fn secrets(&self) -> Vec<Secret> {
        self.login.password.iter().cloned().collect()
    }

    /// The error for a session that could not start.
    pub(super) fn refused(&self, fault: Fault) -> Error {
        not_started(fault, || self.no_password())
    }

    /// The error for a server that asks for a password if there is none.
    pub fn no_password(&self) -> Error {
        let error = Error::new(ErrorKind::AccessDenied, "the server asks for a password");
        error.advise(self.unread_passfile.as_deref().unwrap_or(
            "set it with --password-file, FIRSTSEEN_PASSWORD, PGPASSWORD, ~/.pgpass or a job file's source",
        ))
    }
}

/// Whether the servers are tried in random order.
const LOAD_BALANCE_HOSTS: [(&str, bool); 2] = [("disable", false), ("random", true)];

/// Shuffles the servers. Every order is equally likely.
fn shuffle(servers: &mut [Server]) -> Result<()> {
    for last in (1..servers.len()).rev() {
        let drawn = getrandom::u64().map_err(|cause| {
            Error::new(ErrorKind::Bug, "the system returned no random number")
                .because(cause.to_string())
        })?;
        let other = usize::try_from(drawn % (last as u64 + 1)).unwrap_or(last);
        servers.swap(last, other);
    }
    Ok(())
}

/// For libpq, zero or less means no timeout; a job has one all the same.
fn connect_timeout(parameters: &Parameters<'_>) -> Result<Duration> {
    let seconds = parameters
        .number("connect_timeout")?
        .and_then(tcp::positive);
    Ok(seconds.map_or(CONNECT, Duration::from_secs))
}

/// Finds a missing password where libpq would. Returns what to do about a password file that was ignored.
fn fill_password(
    login: &mut Login,
    servers: &[Server],
    parameters: &Parameters<'_>,
) -> Option<String> {
    if let Some(password) = parameters.outside("password") {
        login.password = Some(Secret::new(password));
        return None;
    }
    let home = || parameters.environment.in_home(".pgpass");
    let path = parameters
        .value("passfile")
        .map(PathBuf::from)
        .or_else(home)?;
    match password(&path, login, servers) {
        Lookup::Found(password) => {
            login.password = Some(password);
            None
        }
        Lookup::NotFound => None,
        Lookup::Rejected(why) => Some(why),
    }
}
