//! The end of a connection whose client says farewell, and waits for an answer that may never come.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// As long as a server takes that answers at all.
const PATIENCE: Duration = Duration::from_millis(500);

/// Drops a connection on a thread of its own, and waits for that just so long; then it ends with the process.
pub(crate) fn farewell<T: Send + 'static>(connection: T) {
    let (sender, receiver) = channel();
    let spawned = thread::Builder::new().spawn(move || {
        drop(connection);
        let _ = sender.send(());
    });
    // Without a thread it was dropped right here.
    if spawned.is_ok() {
        let _ = receiver.recv_timeout(PATIENCE);
    }
}
