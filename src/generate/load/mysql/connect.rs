//! From the URL to a session.

use super::error::translate;
use crate::Result;
use crate::source::mysql::error;
use crate::source::mysql::login::Login;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Opts};
use std::time::Duration;

/// A server that is silent for this long while it works will never answer.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// No mode of the server's changes what the statements mean, no limit cuts the list of tables; somebody else's lock on an old table is waited for 30 s.
const SESSION: &str = "SET sql_mode = '', autocommit = 1, lock_wait_timeout = 30, sql_select_limit = 18446744073709551615";

/// A session for statements that make and fill tables, with a bound on the server's silence.
pub(super) fn connect(login: &Login) -> Result<Conn> {
    let mut connection = login.by_stock(|options| {
        let options = options.read_timeout(Some(STALL_TIMEOUT));
        let options = options.write_timeout(Some(STALL_TIMEOUT));
        Conn::new(Opts::from(options)).map_err(|cause| error::connecting(&cause))
    })?;
    connection.query_drop(SESSION).map_err(translate)?;
    Ok(connection)
}
