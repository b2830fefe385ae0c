//! Who comes in, and to which database.

use super::parameters::Said;
use crate::Result;
use crate::secret::Secret;

/// What a session says of itself when it begins.
#[derive(Debug, Clone)]
pub(in super::super) struct Login {
    pub user: String,
    pub password: Option<Secret>,
    /// Named as the user is, where there is none.
    pub database: Option<String>,
    pub application_name: String,
    pub options: Option<String>,
    pub channel_binding: ChannelBinding,
}

/// Whether a password is tied to the TLS that it comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ChannelBinding {
    Disable,
    /// Where the server can.
    Prefer,
    Require,
}

const CHANNEL_BINDINGS: [(&str, ChannelBinding); 3] = [
    ("disable", ChannelBinding::Disable),
    ("prefer", ChannelBinding::Prefer),
    ("require", ChannelBinding::Require),
];

/// Without the password, which is looked for last.
pub(super) fn login(said: &Said<'_>) -> Result<Login> {
    let user = said
        .given
        .user()
        .or_else(|| said.outside("user"))
        .map(str::to_owned);
    let binding = said.choice("channel_binding", &CHANNEL_BINDINGS)?;
    let name = said.value("application_name");
    Ok(Login {
        user: user.or_else(|| said.environment.user()).unwrap_or_default(),
        password: None,
        database: said.given.database().map(str::to_owned),
        application_name: name.unwrap_or("firstseen").to_owned(),
        options: said.value("options").map(str::to_owned),
        channel_binding: binding.unwrap_or(ChannelBinding::Prefer),
    })
}
