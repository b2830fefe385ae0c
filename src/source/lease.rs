//! A session's connection while a unit is read: ConnectorX's traits take it by value, and give nothing back.

use crate::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a session's connection waits between two units.
pub(super) struct Lender<C>(Arc<Mutex<Option<C>>>);

/// A connection away from home; it goes back when this is dropped.
pub(super) struct Lease<C> {
    connection: Option<C>,
    home: Arc<Mutex<Option<C>>>,
}

impl<C> Lender<C> {
    pub fn of(connection: C) -> Self {
        Self(Arc::new(Mutex::new(Some(connection))))
    }

    /// The connection, until the end of a unit.
    pub fn lend(&self) -> Result<Lease<C>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(connection) = connection else {
            return Err(Error::new(
                ErrorKind::Bug,
                "a connection is used twice at once",
            ));
        };
        Ok(Lease {
            connection: Some(connection),
            home: Arc::clone(&self.0),
        })
    }
}

impl<C> Lease<C> {
    /// The connection, which is there until the drop.
    pub fn get(&self) -> Option<&C> {
        self.connection.as_ref()
    }

    /// Likewise, to be used.
    pub fn get_mut(&mut self) -> Result<&mut C> {
        let connection = self.connection.as_mut();
        connection.ok_or_else(|| Error::new(ErrorKind::Bug, "a connection is used after its unit"))
    }
}

impl<C> Drop for Lease<C> {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.connection.take();
    }
}
