//! The user and the database of a session.

use super::parameters::Parameters;
use crate::Result;
use crate::secret::Secret;

/// What a session sends when it starts.
#[derive(Debug, Clone)]
pub(in super::super) struct Login {
    pub user: String,
    pub password: Option<Secret>,
    /// `None` stands for the database with the name of the user.
    pub database: Option<String>,
    pub application_name: String,
    pub options: Option<String>,
    pub channel_binding: ChannelBinding,
}

/// Whether authentication is tied to the TLS connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ChannelBinding {
    Disable,
    /// If the server supports it.
    Prefer,
    Require,
}

const CHANNEL_BINDINGS: [(&str, ChannelBinding); 3] = [
    ("disable", ChannelBinding::Disable),
    ("prefer", ChannelBinding::Prefer),
    ("require", ChannelBinding::Require),
];

/// Collects all but the password, which is looked up last.
pub(super) fn login(parameters: &Parameters<'_>) -> Result<Login> {
    let user = parameters
        .given
        .user()
        .or_else(|| parameters.outside("user"))
        .map(str::to_owned);
    let binding = parameters.choice("channel_binding", &CHANNEL_BINDINGS)?;
    let name = parameters.value("application_name");
    Ok(Login {
        user: user
            .or_else(|| parameters.environment.user())
            .unwrap_or_default(),
        password: None,
        database: parameters.given.database().map(str::to_owned),
        application_name: name.unwrap_or("firstseen").to_owned(),
        options: parameters.value("options").map(str::to_owned),
        channel_binding: binding.unwrap_or(ChannelBinding::Prefer),
    })
}
