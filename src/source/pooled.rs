//! One connection in an r2d2 pool of one, since ConnectorX's partitions take their connection from nothing else and
//! give it back to nothing else.

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

/// Files that a client opens to connect: a socket, and what its runtime waits with. Where it gets none it panics.
const FILES: usize = 8;

/// A pool that connects once. By itself a pool replaces a broken connection, and the new one would have none of the
/// settings of the old.
pub(super) struct Single<M: ManageConnection> {
    pool: Pool<M>,
    connected: Arc<AtomicU32>,
}

/// Begins a session on each connection that the pool makes, and counts them.
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

/// Passes on what the pool would only log and try again.
#[derive(Debug)]
struct Report<E>(Sender<E>);

impl<E: Send + Debug + 'static> HandleError<E> for Report<E> {
    fn handle_error(&self, error: E) {
        // The receiver is gone once the pool has given its connection.
        let _ = self.0.send(error);
    }
}

impl<M: ManageConnection<Error: Send>> Single<M> {
    /// Connects once. The first failure is the answer, told by `explain`, where a pool by itself would try again for 30
    /// seconds. The timeout covers all that the server does to let a session begin, what `begin` says first with it: where that
    /// fails, the session has not begun.
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

    /// The connection, given back since the last call.
    pub fn get(&self) -> Result<PooledConnection<M>> {
        let connection = self.pool.get_timeout(POLL).ok();
        let same = |_: &PooledConnection<M>| self.connected.load(Ordering::Relaxed) == 1;
        connection.filter(same).ok_or_else(|| {
            Error::new(
                ErrorKind::Lost,
                "the connection was lost between two tables",
            )
            .advise("run the job again; does the server's log say why it ended the session?")
        })
    }
}

fn check_files() -> Result<()> {
    // Workers connect side by side, and must not take each other's.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let opened: io::Result<Vec<File>> = (0..FILES).map(|_| File::open("/dev/null")).collect();
    opened.map(drop).map_err(|cause| {
        Error::new(ErrorKind::Unreachable, "no connection can be made")
            .because(cause)
            .advise("let the job open more files: ulimit -n")
    })
}

fn too_slow() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        "the server took too long to let the session begin",
    )
    .advise(
        "check host, port or socket of --source, and that the server answers; a pooler before it needs a connection for \
         each of --workers and one for the catalogue",
    )
}
