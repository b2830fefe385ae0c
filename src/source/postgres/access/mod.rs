//! How to reach a server and enter its database: the URL, and what it leaves out by service, environment and password
//! file, in libpq's order. The same for every client that connects.

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
use super::error::not_begun;
use crate::job::{CONNECT, ServerUrl, Waits};
use crate::secret::Secret;
use crate::source::wire::{Address, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use environment::Environment;
use parameters::Said;
use passfile::{Looked, password};
use service::Service;
use std::path::PathBuf;
use std::slice::from_ref;
use std::sync::{Arc, OnceLock};
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
    pub(super) login: Login,
    /// In the order in which they are tried.
    servers: Vec<Server>,
    /// What the server must be.
    pub(super) target: TargetServer,
    /// The one that let the first session in: a job reads from no other.
    chosen: Arc<OnceLock<Server>>,
    pub(super) tls: TlsPolicy,
    pub(super) timers: Timers,
    connect_timeout: Duration,
    /// What a session waits for once it has begun.
    pub(super) waits: Waits,
    /// Whether just those rows are read that policies let the user see; else the server refuses where they hide any.
    pub(super) row_security: bool,
    /// Why a password file is not read, if it isn't.
    unread_passfile: Option<String>,
}

impl Access {
    /// What a URL says, and the environment of this process. A connect timeout of the job wins over both.
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
        let said = Said {
            given: &given,
            service: &service,
            environment,
        };
        let mut servers = servers::servers(&said)?;
        let mut login = login::login(&said)?;
        let unread_passfile = match server.password() {
            Some(password) => {
                login.password = Some(password.clone());
                None
            }
            None => fill_password(&mut login, &servers, &said),
        };
        if said.choice("load_balance_hosts", &LOAD_BALANCE_HOSTS)? == Some(true) {
            shuffle(&mut servers)?;
        }
        Ok(Self {
            login,
            servers,
            target: TargetServer::said(&said)?,
            chosen: Arc::default(),
            tls: tls::policy(&said)?,
            timers: Timers::said(&said)?,
            connect_timeout: connect_timeout(&said)?,
            waits: Waits::default(),
            row_security: false,
            unread_passfile,
        })
    }

    /// For all that comes before a session's readiness.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// Those that a session tries, in this order: all until one was chosen, then that one.
    pub(super) fn servers(&self) -> &[Server] {
        self.chosen().map_or(&self.servers, from_ref)
    }

    /// The server that the job reads from, once one has let it in.
    pub(super) fn chosen(&self) -> Option<&Server> {
        self.chosen.get()
    }

    /// The first choice counts.
    pub(super) fn choose(&self, server: &Server) {
        let _ = self.chosen.set(server.clone());
    }

    /// The password, wherever it came from.
    pub fn secrets(&self) -> Vec<Secret> {
        self.login.password.iter().cloned().collect()
    }

    /// Why no session has begun.
    pub(super) fn refused(&self, fault: Fault) -> Error {
        not_begun(fault, || self.no_password())
    }

    /// There is no password, and the server asks for one.
    pub fn no_password(&self) -> Error {
        let error = Error::new(ErrorKind::AccessDenied, "the server asks for a password");
        error.advise(self.unread_passfile.as_deref().unwrap_or(
            "give it by --password-file, FIRSTSEEN_PASSWORD, PGPASSWORD or ~/.pgpass, or in a job file's source",
        ))
    }
}

/// Whether the servers are tried in an order of chance.
const LOAD_BALANCE_HOSTS: [(&str, bool); 2] = [("disable", false), ("random", true)];

/// Each order is as likely as any other.
fn shuffle(servers: &mut [Server]) -> Result<()> {
    for last in (1..servers.len()).rev() {
        let drawn = getrandom::u64().map_err(|cause| {
            Error::new(ErrorKind::Bug, "the system gives no random numbers")
                .because(cause.to_string())
        })?;
        let other = usize::try_from(drawn % (last as u64 + 1)).unwrap_or(last);
        servers.swap(last, other);
    }
    Ok(())
}

/// Zero, or less, is libpq's word for no timeout; a job has one all the same.
fn connect_timeout(said: &Said<'_>) -> Result<Duration> {
    let seconds = said.number("connect_timeout")?.and_then(tcp::positive);
    Ok(seconds.map_or(CONNECT, Duration::from_secs))
}

/// A password that nobody gave us, but libpq would find. Why a password file was not read.
fn fill_password(login: &mut Login, servers: &[Server], said: &Said<'_>) -> Option<String> {
    if let Some(password) = said.outside("password") {
        login.password = Some(Secret::new(password));
        return None;
    }
    let home = || said.environment.in_home(".pgpass");
    let path = said.value("passfile").map(PathBuf::from).or_else(home)?;
    match password(&path, login, servers) {
        Looked::Found(password) => {
            login.password = Some(password);
            None
        }
        Looked::Nothing => None,
        Looked::Unread(why) => Some(why),
    }
}
