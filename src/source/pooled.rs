//! One connection in an r2d2 pool of one, because ConnectorX's partitions can take their connection only from a pool, and
//! return it only to one.

use super::wire::LOOK;
use crate::cancel::POLL;
use crate::{Error, ErrorKind, Result};
use r2d2::{CustomizeConnection, HandleError, ManageConnection, Pool, PooledConnection};
use std::fmt::{self, Debug};
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Files that a client opens to connect: a socket, and what its runtime needs for waiting. It panics if it can't open them.
const FILES: usize = 8;

/// A pool that connects once. By default a pool replaces a broken connection, and the new one would have none of the old
/// one's settings.
pub(super) struct Single<M: ManageConnection> {
    pool: Pool<M>,
    connected: Arc<AtomicU32>,
}

/// Begins a session on each connection that the pool makes, and counts the connections.
struct Opening<F> {
    connected: Arc<AtomicU32>,
    begin: F,
}

impl<F> Debug for Opening<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}

impl<C, E, F> CustomizeConnection<C, E> for Opening<F>
where
    F: Fn(&mut C) -> Result<(), E> + Send + Sync + 'static,
{
    fn on_acquire(&self, connection: &mut C) -> Result<(), E> {
        self.connected.fetch_add(1, Ordering::Relaxed);
        (self.begin)(connection)
    }
}

/// Passes on errors that the pool would only log before trying again.
#[derive(Debug)]
struct Report<E>(Sender<E>);

impl<E: Send + Debug + 'static> HandleError<E> for Report<E> {
    fn handle_error(&self, error: E) {
        // The receiver is gone once the pool has returned its connection.
        let _ = self.0.send(error);
    }
}

impl<M: ManageConnection<Error: Send>> Single<M> {
    /// Connects once. Returns the first failure, translated by `explain`. A pool alone would try again for 30 seconds. The
    /// timeout covers everything until the session has begun, including the statements of `begin`. If those fail, the
    /// session has not begun.
    pub fn connect(
        manager: M,
        timeout: Duration,
        begin: impl Fn(&mut M::Connection) -> Result<(), M::Error> + Send + Sync + 'static,
        explain: impl FnOnce(&M::Error) -> Error,
    ) -> Result<(Self, PooledConnection<M>)> {
        check_files()?;
        let (report, failures) = channel();
        let connected = Arc::new(AtomicU32::new(0));
        let pool = Pool::builder()
            .max_size(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_on_check_out(false)
            .connection_customizer(Box::new(Opening {
                connected: Arc::clone(&connected),
                begin,
            }))
            .error_handler(Box::new(Report(report)))
            .build_unchecked(manager);
        for _ in 0..timeout.as_millis() / POLL.as_millis() {
            match (pool.get_timeout(POLL), failures.try_recv()) {
                (Ok(connection), _) => return Ok((Self { pool, connected }, connection)),
                (Err(_), Ok(failure)) => return Err(explain(&failure)),
                (Err(_), Err(_)) => {}
            }
        }
        Err(too_slow())
    }

    /// Returns the connection, which was given back since the last call.
    pub fn get(&self) -> Result<PooledConnection<M>> {
        let connection = self.pool.get_timeout(POLL).ok();
        let same = |_: &PooledConnection<M>| self.connected.load(Ordering::Relaxed) == 1;
        connection.filter(same).ok_or_else(|| {
            Error::new(
                ErrorKind::Lost,
                "the connection was lost between two tables",
            )
            .advise(LOOK)
        })
    }
}

fn check_files() -> Result<()> {
    // Workers connect at the same time, and must not count each other's files.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let opened: io::Result<Vec<File>> = (0..FILES).map(|_| File::open("/dev/null")).collect();
    opened.map(drop).map_err(|cause| {
        Error::new(
            ErrorKind::Unreachable,
            "can't open the files that a connection needs",
        )
        .because(cause)
        .advise("raise the limit on open files: ulimit -n")
    })
}

fn too_slow() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        "the server took too long to start the session",
    )
    .advise(
        "check host, port or socket in --source, and that the server answers; a pooler in front of it needs a connection \
         for each of --workers and one for the catalog",
    )
}
