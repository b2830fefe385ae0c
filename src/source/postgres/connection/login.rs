//! Startup and authentication, up to the server's readiness for the first query.

use super::super::access::{ChannelBinding as Wanted, Login};
use super::channel_binding::{Binding, bind};
use super::{Attempt, Connection, Fault};
use crate::secret::Secret;
use postgres::fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use std::io::{Read, Write};

/// What it takes to cancel a session's query: its process and a secret that only this client knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BackendKey {
    pub process: i32,
    pub secret: i32,
}

impl<S: Read + Write> Connection<S> {
    /// Starts the session. `binding` ties authentication to the TLS connection, if there is one.
    pub(super) fn log_in(
        &mut self,
        login: &Login,
        binding: Option<Binding>,
    ) -> Attempt<BackendKey> {
        let parameters = [
            ("client_encoding", Some("UTF8")),
            ("user", Some(login.user.as_str())),
            ("database", login.database.as_deref()),
            ("application_name", Some(login.application_name.as_str())),
            ("options", login.options.as_deref()),
        ];
        let given = parameters
            .iter()
            .filter_map(|(name, value)| value.map(|value| (*name, value)));
        self.send(|buffer| frontend::startup_message(given, buffer))?;
        self.authenticate(login, binding)?;
        self.settle()
    }

    fn authenticate(&mut self, login: &Login, binding: Option<Binding>) -> Attempt<()> {
        let password = login.password.as_ref().map(Secret::reveal);
        let password = || password.map(str::as_bytes).ok_or(Fault::NoPassword);
        let asked = self.receive()?;
        let is_bindable = matches!(asked, Message::AuthenticationSasl(_));
        if login.channel_binding == Wanted::Require && !is_bindable {
            return Err(Fault::Authentication(
                "the server doesn't offer the channel binding that channel_binding=require requires",
            ));
        }
        match asked {
            Message::AuthenticationOk => return Ok(()),
            Message::AuthenticationCleartextPassword => {
                let password = password()?;
                self.send(|buffer| frontend::password_message(password, buffer))?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(login.user.as_bytes(), password()?, body.salt());
                self.send(|buffer| frontend::password_message(hash.as_bytes(), buffer))?;
            }
            Message::AuthenticationSasl(body) => {
                self.scram(&body, password()?, login.channel_binding, binding)?;
            }
            Message::AuthenticationGss
            | Message::AuthenticationSspi
            | Message::AuthenticationKerberosV5 => {
                return Err(Fault::Authentication(
                    "the server requires GSSAPI or Kerberos authentication, which isn't supported",
                ));
            }
            _ => return Err(Fault::Protocol("no authentication request")),
        }
        match self.receive()? {
            Message::AuthenticationOk => Ok(()),
            _ => Err(Fault::Protocol("a second authentication request")),
        }
    }

    /// SCRAM: both ends prove that they know the password without sending it.
    fn scram(
        &mut self,
        body: &AuthenticationSaslBody,
        password: &[u8],
        wanted: Wanted,
        binding: Option<Binding>,
    ) -> Attempt<()> {
        let mut offered = body.mechanisms();
        let mut plain = false;
        let mut bound = false;
        while let Some(mechanism) = offered.next()? {
            plain |= mechanism == SCRAM_SHA_256;
            bound |= mechanism == SCRAM_SHA_256_PLUS;
        }
        if !plain && !bound {
            return Err(Fault::Authentication(
                "the server requires a SASL mechanism other than SCRAM-SHA-256, which isn't supported",
            ));
        }
        let binding = binding.filter(|_| wanted != Wanted::Disable);
        let is_bound = bound && binding.is_some();
        if wanted == Wanted::Require && !is_bound {
            return Err(Fault::Authentication(
                "the server doesn't offer the channel binding that channel_binding=require requires",
            ));
        }
        let mechanism = if is_bound {
            SCRAM_SHA_256_PLUS
        } else {
            SCRAM_SHA_256
        };
        let mut scram = ScramSha256::new(password, bind(binding, is_bound));
        self.send(|buffer| frontend::sasl_initial_response(mechanism, scram.message(), buffer))?;
        let Message::AuthenticationSaslContinue(body) = self.receive()? else {
            return Err(Fault::Protocol("no SCRAM challenge"));
        };
        scram.update(body.data())?;
        self.send(|buffer| frontend::sasl_response(scram.message(), buffer))?;
        let Message::AuthenticationSaslFinal(body) = self.receive()? else {
            return Err(Fault::Protocol(
                "no proof that the server knows the password",
            ));
        };
        let proven = scram.finish(body.data());
        proven.map_err(|_| Fault::Protocol("an invalid proof that the server knows the password"))
    }

    /// Reads what the server sends about the new session.
    fn settle(&mut self) -> Attempt<BackendKey> {
        let mut key = BackendKey::default();
        loop {
            match self.receive()? {
                Message::BackendKeyData(body) => {
                    key = BackendKey {
                        process: body.process_id(),
                        secret: body.secret_key(),
                    };
                }
                Message::ReadyForQuery(_) => {
                    self.answered();
                    return Ok(key);
                }
                _ => return Err(Fault::Protocol("no start of the session")),
            }
        }
    }
}
