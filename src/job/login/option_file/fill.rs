//! Fills in what a URL leaves out from an option file.

use super::super::super::server_url::ServerUrl;
use super::OptionFile;
use crate::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// The host that is reached by a socket, and a client's host by default.
const LOCALHOST: &str = "localhost";

impl OptionFile {
    /// Returns the URL with what it left out.
    pub fn fill(self, server: ServerUrl) -> Result<ServerUrl> {
        let url = self.filled(server.url())?;
        let password = self
            .password
            .filter(|password| !password.reveal().is_empty());
        Ok(server.at(url).or_password(password))
    }

    fn filled(&self, given: &Url) -> Result<Url> {
        let user = Some(given.username()).filter(|user| !user.is_empty());
        let user = user
            .map(str::to_owned)
            .or(self.user.as_deref().map(encoded));
        let host = given.host_str().filter(|host| !host.is_empty());
        let host = host
            .map(str::to_owned)
            .or(self.host.as_deref().map(host_of_url))
            .unwrap_or_else(|| LOCALHOST.to_owned());
        let port = given.port().map(|port| port.to_string());
        let database = Some(given.path().trim_start_matches('/')).filter(|name| !name.is_empty());
        let database = database
            .map(str::to_owned)
            .or(self.database.as_deref().map(encoded));
        let text = format!(
            "{}://{}{host}{}/{}",
            given.scheme(),
            user.map(|user| user + "@").unwrap_or_default(),
            port.as_ref()
                .or(self.port.as_ref())
                .map(|port| format!(":{port}"))
                .unwrap_or_default(),
            database.unwrap_or_default(),
        );
        let mut url = Url::parse(&text).map_err(|cause| wrong_place().because(cause))?;
        url.set_query(given.query());
        let socket = self.socket.as_deref();
        let socket = socket.filter(|_| host == LOCALHOST && given.port().is_none());
        self.add_parameters(&mut url, socket);
        Ok(url)
    }

    /// Adds the parameters that the URL doesn't have.
    fn add_parameters(&self, url: &mut Url, socket: Option<&str>) {
        let given: Vec<String> = url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect();
        let is_given = |names: &[&str]| given.iter().any(|name| names.contains(&name.as_str()));
        let added = [
            (&["socket"][..], socket),
            (&["sslmode", "ssl-mode"], self.mode()),
            (&["sslrootcert", "ssl-ca"], self.ssl_ca.as_deref()),
        ];
        for (names, value) in added {
            if let (Some(value), Some(name), false) = (value, names.first(), is_given(names)) {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
    }

    /// The mode that the file asks for. CA certificates are useless unless the server is checked against them, so they ask
    /// for the check, as they do in the MySQL clients.
    fn mode(&self) -> Option<&str> {
        let mode = self.ssl_mode.as_deref();
        mode.or(match (self.ssl, self.ssl_verify_server_cert) {
            (Some(false), _) => Some("disable"),
            (_, Some(true)) => Some("verify-full"),
            _ if self.ssl_ca.is_some() => Some("verify-ca"),
            (Some(true), _) => Some("require"),
            (None, _) => None,
        })
    }
}

/// Puts an IPv6 address in brackets, as a URL has it.
fn host_of_url(host: &str) -> String {
    match host.parse() {
        Ok(address) => Host::<&str>::Ipv6(address).to_string(),
        Err(_) => encoded(host),
    }
}

/// All characters except letters, digits, and those of a host name.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn wrong_place() -> Error {
    Error::new(
        ErrorKind::Usage,
        "the host or the port in --defaults-file is not valid",
    )
    .advise("check host and port in the file, or put them in --source")
}
