//! From the URL to a session.

use super::error::translate;
use crate::Result;
use crate::source::mysql::error;
use crate::source::mysql::login::Login;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Opts};
use std::time::Duration;

/// A server that is silent for this long while it works is taken to be dead.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// Keeps the server's SQL mode from changing what the statements mean and its limit from truncating the list of tables, and
/// waits up to 30 s for another session's lock on an old table.
const SESSION: &str = "SET sql_mode = '', autocommit = 1, lock_wait_timeout = 30, sql_select_limit = 18446744073709551615";

/// A session for statements that create and fill tables, with a limit on how long the server may be silent.
pub(super) fn connect(login: &Login) -> Result<Conn> {
    let mut connection = login.by_stock(|options| {
        let options = options.read_timeout(Some(STALL_TIMEOUT));
        let options = options.write_timeout(Some(STALL_TIMEOUT));
        Conn::new(Opts::from(options)).map_err(|cause| error::connecting(&cause))
    })?;
    connection.query_drop(SESSION).map_err(translate)?;
    Ok(connection)
}
