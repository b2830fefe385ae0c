//! What the client library is told of a server and of TLS.

use super::super::access::{Access, ChannelBinding, Server};
use crate::secret::Secret;
use crate::source::wire::{Address, ClientCertificate, SslMode, TlsPolicy};
use crate::{Error, ErrorKind, Result};
use openssl::error::ErrorStack;
use openssl::ssl::{SslConnector, SslConnectorBuilder, SslFiletype, SslMethod, SslVerifyMode};
use openssl::x509::X509;
use postgres::Config;
use postgres::config::{ChannelBinding as Binding, SslMode as Mode, SslNegotiation};
use postgres_openssl::{MakeTlsConnector, set_postgresql_alpn};

/// The server that a session of our own has chosen, and how to enter it.
pub(crate) fn config(access: &Access) -> Result<Config> {
    let unchosen = || Error::new(ErrorKind::Bug, "no server was chosen");
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
        // As libpq: a socket leaves no machine.
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

/// The same policy of TLS as that of our own connections.
pub(crate) fn connector(access: &Access) -> Result<MakeTlsConnector> {
    let policy = &access.tls;
    let builder = builder(policy).map_err(|cause| {
        Error::new(ErrorKind::Usage, "--source: TLS can't be set up")
            .because(cause)
            .advise("check the files of sslrootcert, sslcert and sslkey: they are in PEM")
    })?;
    let mut connector = MakeTlsConnector::new(builder.build());
    if policy.mode != SslMode::VerifyFull {
        connector.set_callback(|connect, _| {
            connect.set_verify_hostname(false);
            Ok(())
        });
    }
    Ok(connector)
}

fn builder(policy: &TlsPolicy) -> Result<SslConnectorBuilder, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    if let Some(ClientCertificate { certificate, key }) = &policy.client {
        builder.set_certificate_chain_file(certificate)?;
        builder.set_private_key_file(key, SslFiletype::PEM)?;
    }
    if policy.protocol.is_some() {
        set_postgresql_alpn(&mut builder)?;
    }
    let is_verified = match policy.mode {
        SslMode::Disable | SslMode::Prefer => false,
        SslMode::Require => policy.root_cert.is_some(),
        SslMode::VerifyCa | SslMode::VerifyFull => true,
    };
    match &policy.root_cert {
        _ if !is_verified => builder.set_verify(SslVerifyMode::NONE),
        Some(path) => builder.set_ca_file(path)?,
        None => trust_system(&mut builder)?,
    }
    Ok(builder)
}

/// The OpenSSL that is built in knows of no system's authorities.
fn trust_system(builder: &mut SslConnectorBuilder) -> Result<(), ErrorStack> {
    for certificate in rustls_native_certs::load_native_certs().certs {
        builder
            .cert_store_mut()
            .add_cert(X509::from_der(&certificate)?)?;
    }
    Ok(())
}
