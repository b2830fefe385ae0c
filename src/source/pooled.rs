//! One connection in an r2d2 pool of one, since ConnectorX's partitions take their connection from nothing else and
//! give it back to nothing else.

use r2d2::{HandleError, ManageConnection, Pool, PooledConnection};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How often a connecting worker looks whether its attempt has failed.
const POLL: Duration = Duration::from_millis(20);

/// Passes on what the pool would only log and try again.
#[derive(Debug)]
struct Report<E>(Sender<E>);

impl<E: Send + std::fmt::Debug + 'static> HandleError<E> for Report<E> {
    fn handle_error(&self, error: E) {
        // The receiver is gone once the pool has given its connection.
        let _ = self.0.send(error);
    }
}

/// A pool of one connection, and the connection.
type Connected<M> = (Pool<M>, PooledConnection<M>);

/// Connects once. The first failure is the answer, where a pool by itself would try again for 30 seconds; none at all
/// within the timeout is `None`.
pub(super) fn connect<M: ManageConnection<Error: Send>>(
    manager: M,
    timeout: Duration,
) -> Result<Connected<M>, Option<M::Error>> {
    let (report, failures) = channel();
    let pool = Pool::builder()
        .max_size(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .test_on_check_out(false)
        .error_handler(Box::new(Report(report)))
        .build_unchecked(manager);
    for _ in 0..timeout.as_millis() / POLL.as_millis() {
        match (pool.get_timeout(POLL), failures.try_recv()) {
            (Ok(connection), _) => return Ok((pool, connection)),
            (Err(_), Ok(failure)) => return Err(Some(failure)),
            (Err(_), Err(_)) => {}
        }
    }
    Err(None)
}
