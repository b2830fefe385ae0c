//! Closing a connection whose client takes leave of the server, and waits for an answer that might never come.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Longer than a server that answers at all needs.
const PATIENCE: Duration = Duration::from_millis(500);

/// Drops a connection on its own thread, and waits for that only this long. After that, the process's end closes it.
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
