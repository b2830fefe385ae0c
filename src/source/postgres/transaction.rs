//! Transactions on firstseen's own connections. Everything that a session reads or sets is inside one.

use super::access::Access;
use super::connection::{Connection, Fault};
use super::error::{broken, pool_exhausted};
use super::settings::{Isolation, opening};
use crate::Result;
use crate::source::wire::Stream;
use std::io;
use std::time::{Duration, Instant};

/// Longest wait for the end of a transaction that is no longer needed.
const PATIENCE: Duration = Duration::from_millis(500);
/// Ends a transaction that has nothing to keep.
pub(super) const END: &str = "ROLLBACK";

/// Begins a transaction with firstseen's settings. A pooler can accept a session immediately but have no connection for its
/// transaction; the wait for that is limited by the connect timeout.
pub(super) fn begin(
    connection: &mut Connection<Stream>,
    access: &Access,
    isolation: Isolation<'_>,
) -> Result<()> {
    let deadline = Instant::now() + access.connect_timeout();
    connection.stream.wait_until(deadline);
    connection
        .text_rows(&opening(access, isolation))
        .map_err(|fault| match fault {
            Fault::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => pool_exhausted(),
            fault => broken(fault),
        })?;
    let set = connection.stream.wait_for(access.waits.read);
    set.map_err(|cause| broken(Fault::Io(cause)))
}

/// Ends the transaction.
pub(super) fn end(connection: &mut Connection<Stream>) -> Result<()> {
    connection.execute(END).map_err(broken)
}

/// Ends the transaction of a session that is being closed, so that a pooler can reuse its connection. Best effort: if the
/// session is in the middle of an answer, a pooler closes the connection itself.
pub(super) fn leave(connection: &mut Connection<Stream>) {
    if connection.stream.wait_for(PATIENCE).is_ok() {
        let _ = connection.execute(END);
        let _ = connection.terminate();
    }
}
