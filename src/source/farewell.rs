//! The end of a connection whose client says farewell, and waits for an answer that may never come.

use super::Catalog;
use crate::{Error, ErrorKind, Result};
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

/// A catalogue's connection, kept until the job needs its pins no longer.
pub(crate) struct PinnedCatalog(Option<Box<dyn Catalog>>);

impl PinnedCatalog {
    pub fn new(catalog: impl Catalog + 'static) -> Self {
        Self(Some(Box::new(catalog)))
    }

    pub fn of(catalog: Box<dyn Catalog>) -> Self {
        Self(Some(catalog))
    }

    /// The catalogue, which is there until the drop.
    pub fn get(&mut self) -> Result<&mut dyn Catalog> {
        match &mut self.0 {
            Some(catalog) => Ok(catalog.as_mut()),
            None => Err(Error::new(ErrorKind::Bug, "the catalogue was left already")),
        }
    }
}

impl Drop for PinnedCatalog {
    fn drop(&mut self) {
        if let Some(catalog) = self.0.take() {
            farewell(catalog);
        }
    }
}
