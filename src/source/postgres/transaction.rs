//! Transactions of our own: all that a session reads, and all that it sets, is inside of one.

use super::access::Access;
use super::connection::{Connection, Fault};
use super::error::{broken, crowded};
use super::settings::{Begins, opening};
use crate::Result;
use crate::source::wire::Stream;
use std::io;
use std::time::{Duration, Instant};

/// Longest wait for the end of a transaction that nobody needs any more.
const PATIENCE: Duration = Duration::from_millis(500);
/// Ends a transaction that has nothing to keep.
pub(super) const END: &str = "ROLLBACK";

/// Begins a transaction with our settings. A pooler may have let the session in at once and have no connection for its
/// transaction: that is waited for no longer than for a session to begin.
pub(super) fn begin(
    connection: &mut Connection<Stream>,
    access: &Access,
    begins: Begins<'_>,
) -> Result<()> {
    let deadline = Instant::now() + access.connect_timeout();
    connection.stream.wait_until(deadline);
    connection
        .text_rows(&opening(access, begins))
        .map_err(|fault| match fault {
            Fault::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => crowded(),
            fault => broken(fault),
        })?;
    let set = connection.stream.wait_for(access.waits.read);
    set.map_err(|cause| broken(Fault::Io(cause)))
}

/// Ends the transaction.
pub(super) fn end(connection: &mut Connection<Stream>) -> Result<()> {
    connection.execute(END).map_err(broken)
}

/// Ends the transaction of a session that is left, so that a pooler can hand on its connection. Best effort: of a session
/// that is in the middle of an answer, a pooler itself ends the connection.
pub(super) fn leave(connection: &mut Connection<Stream>) {
    if connection.stream.wait_for(PATIENCE).is_ok() {
        let _ = connection.execute(END);
        let _ = connection.terminate();
    }
}
