//! From the URL to a session.

use super::error::{bad_options, translate, unreachable};
use crate::Result;
use connectorx::sources::mysql::build_opts;
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Opts, OptsBuilder};
use std::time::Duration;
use url::Url;

/// A server that doesn't answer in this time isn't there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that is silent for this long while it works will never answer.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// No mode of the server's changes what the statements mean; somebody else's lock on an old table is waited for 30 s.
const SESSION: &str = "SET sql_mode = '', autocommit = 1, lock_wait_timeout = 30";

/// Reads the URL as ConnectorX does, so that its options mean the same as in a job.
///
/// The client would change from a loopback address to the socket that the server names: only if the URL asks for that.
pub(super) fn options(url: &Url) -> Result<Opts> {
    let opts = Opts::from(build_opts(url.as_str()).map_err(bad_options)?);
    let asks = url
        .query_pairs()
        .any(|(name, _)| name == "prefer_socket" || name == "socket");
    let builder = OptsBuilder::from_opts(opts.clone())
        .prefer_socket(asks && opts.get_prefer_socket())
        .tcp_connect_timeout(opts.get_tcp_connect_timeout().or(Some(CONNECT_TIMEOUT)))
        .read_timeout(opts.get_read_timeout().copied().or(Some(STALL_TIMEOUT)))
        .write_timeout(opts.get_write_timeout().copied().or(Some(STALL_TIMEOUT)));
    Ok(builder.into())
}

/// A session for statements that make and fill tables.
pub(super) fn connect(opts: &Opts) -> Result<Conn> {
    let mut connection = Conn::new(opts.clone()).map_err(unreachable)?;
    connection.query_drop(SESSION).map_err(translate)?;
    Ok(connection)
}
