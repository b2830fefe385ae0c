//! The client library's configuration of the server and TLS.

use super::super::access::{Access, ChannelBinding, Server};
use crate::secret::Secret;
use crate::source::wire::{self, Address, SslMode};
use crate::{Error, ErrorKind, Result};
use postgres::Config;
use postgres::config::{ChannelBinding as Binding, SslMode as Mode, SslNegotiation};
use postgres_openssl::MakeTlsConnector;

/// The server that an earlier session chose, and how to log in to it.
pub(crate) fn config(access: &Access) -> Result<Config> {
    let unchosen = || Error::new(ErrorKind::Bug, "no server has been chosen");
    let server = access.chosen().ok_or_else(unchosen)?;
    let login = &access.login;
    let mut config = Config::new();
    config
        .user(&login.user)
        .application_name(&login.application_name)
        .channel_binding(match login.channel_binding {
            ChannelBinding::Disable => Binding::Disable,
            ChannelBinding::Prefer => Binding::Prefer,
            ChannelBinding::Require => Binding::Require,
        })
        .connect_timeout(access.connect_timeout())
        .ssl_mode(mode(server, access.tls.mode));
    if let Some(password) = &login.password {
        config.password(Secret::reveal(password));
    }
    if let Some(database) = &login.database {
        config.dbname(database);
    }
    if let Some(options) = &login.options {
        config.options(options);
    }
    if access.tls.protocol.is_some() {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    place(&mut config, server);
    set_timers(&mut config, access);
    Ok(config)
}

fn mode(server: &Server, mode: SslMode) -> Mode {
    match mode {
        // As in libpq: a socket's data never leaves the machine.
        _ if server.address.is_socket() => Mode::Disable,
        SslMode::Disable => Mode::Disable,
        SslMode::Prefer => Mode::Prefer,
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => Mode::Require,
    }
}

fn place(config: &mut Config, server: &Server) {
    match &server.address {
        Address::Unix(socket) => {
            config.host_path(socket.parent().unwrap_or(socket));
            let port = socket.extension().and_then(|port| port.to_str());
            if let Some(port) = port.and_then(|port| port.parse().ok()) {
                config.port(port);
            }
        }
        Address::Tcp { host, port } => {
            config.host(&server.name).port(*port);
            if let (true, Ok(number)) = (*host != server.name, host.parse()) {
                config.hostaddr(number);
            }
        }
    }
}

fn set_timers(config: &mut Config, access: &Access) {
    let timers = &access.timers;
    if let Some(keepalives) = timers.keepalives {
        config.keepalives(keepalives);
    }
    if let Some(idle) = timers.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = timers.interval {
        config.keepalives_interval(interval);
    }
    if let Some(retries) = timers.retries {
        config.keepalives_retries(retries);
    }
    if let Some(timeout) = timers.user_timeout {
        config.tcp_user_timeout(timeout);
    }
}

/// TLS with the same policy as on firstseen's own connections.
pub(crate) fn connector(access: &Access) -> Result<MakeTlsConnector> {
    let mut connector = MakeTlsConnector::new(wire::connector(&access.tls)?.build());
    if access.tls.mode != SslMode::VerifyFull {
        connector.set_callback(|connect, _| {
            connect.set_verify_hostname(false);
            Ok(())
        });
    }
    Ok(connector)
}
