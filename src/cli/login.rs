//! Login data from the environment.

use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};

const PASSWORD: &str = "FIRSTSEEN_PASSWORD";

/// The password from the environment. There is no flag for it, since every user of the machine can read those.
pub fn password() -> Result<Option<Secret>> {
    let Some(password) = std::env::var_os(PASSWORD).filter(|password| !password.is_empty()) else {
        return Ok(None);
    };
    // The error contains the value, so it is dropped.
    let password = password
        .into_string()
        .map_err(|_| Error::new(ErrorKind::Usage, format!("{PASSWORD} is not valid UTF-8")))?;
    Ok(Some(Secret::new(password)))
}
