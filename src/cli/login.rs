//! What the environment says of a login.

use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};

const PASSWORD: &str = "FIRSTSEEN_PASSWORD";

/// The password of the environment: it is no flag, since every user of the machine can read those.
pub(super) fn password() -> Result<Option<Secret>> {
    let Some(password) = std::env::var_os(PASSWORD).filter(|password| !password.is_empty()) else {
        return Ok(None);
    };
    // The value that is no text is in the error, and stays there.
    let password = password
        .into_string()
        .map_err(|_| Error::new(ErrorKind::Usage, format!("{PASSWORD} is no text in UTF-8")))?;
    Ok(Some(Secret::new(password)))
}
