//! Closes a connection whose client says goodbye to the server and waits for an answer that might never come.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long to wait. A server that answers at all answers sooner.
const PATIENCE: Duration = Duration::from_millis(500);

/// Drops a connection on its own thread, and waits for that no longer than [`PATIENCE`]. A slower one ends with the process.
pub(crate) fn farewell<T: Send + 'static>(connection: T) {
    let (sender, receiver) = channel();
    let spawned = thread::Builder::new().spawn(move || {
        drop(connection);
        let _ = sender.send(());
    });
    // If no thread could be started, the connection has been dropped here.
    if spawned.is_ok() {
        let _ = receiver.recv_timeout(PATIENCE);
    }
}
